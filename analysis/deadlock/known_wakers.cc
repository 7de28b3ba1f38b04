#include "analysis/deadlock/known_wakers.h"

#include <algorithm>

#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

class Relatives {
 public:
  Relatives(const Question& q, Hopes& hopes) : q_(q), hopes_(hopes), facts_(q.scene.facts()) {}

  void Of(const Relation& relation) {
    switch (relation.kin) {
      case Kin::kSelf:
        return;
      case Kin::kCreator:
        if (q_.goroutine.creator != kNobody && !q_.is_left_behind) Meet(q_.goroutine.creator, relation.waker_start);
        return;
      case Kin::kChild:
        for (LineRow line : q_.goroutine.lines) OfLine(line, relation.waker_start);
        return;
      case Kin::kSameRound:
        if (q_.goroutine.line == kNoLine) return;
        for (LineRow line : facts_.at(q_.goroutine.creator).lines) OfRound(line, relation.waker_start);
        return;
      case Kin::kNear:
        OfBirth(relation.waker_start, [&](Row who) { return q_.scene.kinship().IsNear(q_.row, who); });
        return;
      case Kin::kStranger:
        OfBirth(relation.waker_start, [](Row) { return true; });
        return;
    }
  }

  bool has_living() const { return has_living_; }

 private:
  void Meet(Row who, FunctionId start) {
    if (who == q_.row || !q_.scene.IsPresent(who) || facts_.at(who).start != start) return;
    const bool has_turned = q_.is_overtaken && HasServedLaterOnes(who);
    if (has_turned && !MayIdle(q_.wait.kind)) return;
    has_living_ = true;
    hopes_.Offer(has_turned ? Hope::kPerhaps : Hope::kLikely, HopeRule::kRelative, who);
  }

  // Queues are first in, first out: who has served goroutines of its birth that came later has turned away from a
  // sender. A receiver may simply have nothing to receive: who serves many has a queue for each.
  bool HasServedLaterOnes(Row who) const {
    const auto is_later = [&](const Goroutine::Partner& partner) {
      const Goroutine& other = facts_.at(partner.who);
      return partner.who != q_.row && other.start == q_.goroutine.start &&
             (q_.wait.is_older || other.born > q_.goroutine.born);
    };
    return std::ranges::any_of(facts_.at(who).has_woken, is_later) || std::ranges::any_of(facts_.at(who).woken_by, is_later);
  }

  void OfLine(LineRow row, FunctionId start) {
    if (facts_.lines[row].start != start) return;
    for (Row who : facts_.lines[row].members) Meet(who, start);
  }

  void OfRound(LineRow row, FunctionId start) {
    const Lineage& line = facts_.lines[row];
    const Kinship& kinship = q_.scene.kinship();
    if (line.start != start) return;
    const bool is_in_step = kinship.IsInLoop(q_.row) && kinship.IsInLoop(line.members.front());
    if (!is_in_step) return OfLine(row, start);
    if (kinship.round(q_.row) < line.members.size()) Meet(line.members[kinship.round(q_.row)], start);
  }

  template <class Accept>
  void OfBirth(FunctionId start, Accept accept) {
    size_t looked_at = 0;
    for (Row who : q_.scene.WithStart(start)) {
      if (hopes_.is_settled() || ++looked_at > kCandidatesPerWait) return;
      if (who != q_.row && accept(who)) Meet(who, start);
    }
  }

  const Question& q_;
  Hopes& hopes_;
  const Facts& facts_;
  bool has_living_ = false;
};

// The function in whose text the wait stands (closures belong to the function that holds them).
StringId WaitsWithin(const Scene& scene, Row row) {
  const Stacks& stacks = scene.stacks();
  const StackId stack = scene.facts().at(row).wait->stack;
  const StackId own = stacks.OwnPart(stack);
  return stacks.traits(stacks.leaf_function(own == model::StackTrie::root() ? stack : own)).outermost;
}

bool PassesThrough(const Stacks& stacks, StackId stack, StringId outermost) {
  for (LocationId location : stacks.trie().LeafFirst(stack)) {
    if (stacks.traits(stacks.function(location)).outermost == outermost) return true;
  }
  return false;
}

}  // namespace

Reliance OfferKnownWakers(const Question& q, Hopes& hopes) {
  Relatives relatives(q, hopes);
  bool has_strangers = false;
  for (const auto& [relation, count] : q.post.relations) {
    if (hopes.is_settled()) return {};
    relatives.Of(relation);
    has_strangers |= relation.kin == Kin::kStranger;
  }
  // Of one that is older than the trace, and of no known birth, the kin are not known either.
  const bool may_have_others = has_strangers || q.goroutine.creator == kNobody;
  const bool is_known = q.post.occasions >= kKnownPartners && (relatives.has_living() || !may_have_others);
  return {.is_known = is_known, .has_living = relatives.has_living()};
}

OwnWorkers OwnWorkersOf(const Scene& scene, Row row) {
  const Facts& facts = scene.facts();
  const Goroutine& goroutine = facts.at(row);
  const StringId within = WaitsWithin(scene, row);
  OwnWorkers workers;
  const auto meet = [&](Row who) {
    workers.were_started = true;
    if (scene.IsPresent(who)) workers.living.push_back(who);
  };
  for (LineRow line : goroutine.lines) {
    if (!PassesThrough(facts.stacks, facts.lines[line].create_stack, within)) continue;
    for (Row who : facts.lines[line].members) meet(who);
  }
  if (goroutine.line == kNoLine) return workers;
  const Lineage& own = facts.lines[goroutine.line];
  if (!PassesThrough(facts.stacks, own.create_stack, within)) return workers;
  for (LineRow line : facts.at(goroutine.creator).lines) {
    if (line == goroutine.line || facts.lines[line].call != own.call) continue;
    for (Row who : facts.lines[line].members) {
      if (facts.at(who).call == goroutine.call) meet(who);
    }
  }
  return workers;
}

}  // namespace analysis::deadlock
