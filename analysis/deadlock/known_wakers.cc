#include "analysis/deadlock/known_wakers.h"

#include <algorithm>
#include <set>

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
    const bool has_passed_by = HasPassedBy(q_, who);
    if (has_passed_by && !q_.scene.PartnersOf(q_.row).empty()) return;  // this sender has a receiver of its own
    has_living_ |= !q_.found[who].is_powerless;  // main in select{} is not stuck, but has gone on to something else
    hopes_.Offer(has_turned || has_passed_by ? Hope::kPerhaps : Hope::kLikely, HopeRule::kRelative, who);
  }

  // Queues are first in, first out: who has served goroutines of its birth that came later has turned away from a
  // sender. A receiver may simply have nothing to receive: who serves many has a queue for each.
  bool HasServedLaterOnes(Row who) const {
    const bool is_in_call = !q_.scene.IsInStartFunction(q_.row);  // not where it idles between two pieces of work
    const auto is_later = [&](const Goroutine::Partner& partner) {
      const Goroutine& other = facts_.at(partner.who);
      return partner.who != q_.row && other.start == q_.goroutine.start &&
             (q_.wait.is_older || other.born > q_.goroutine.born || (is_in_call && HasBeenThroughSince(other)));
    };
    return std::ranges::any_of(facts_.at(who).has_woken, is_later) || std::ranges::any_of(facts_.at(who).woken_by, is_later);
  }

  // It has waited at this very place since, and gone on.
  bool HasBeenThroughSince(const Goroutine& other) const {
    return std::ranges::any_of(other.sightings, [&](const Goroutine::Sighting& sighting) {
      const bool is_over = !other.wait || other.wait->since != sighting.time;
      return is_over && sighting.time > q_.wait.since && sighting.stack != model::StackTrie::root() &&
             facts_.stacks.leaf(sighting.stack) == facts_.stacks.leaf(q_.wait.stack);
    });
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
    const Row who = facts_.Member(line, kinship.round(q_.row));
    if (who != kNobody) Meet(who, start);
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

bool HasPassedBy(const Question& q, Row who) {
  const bool may_take_turns = who == q.goroutine.creator || q.scene.facts().at(who).creator == q.row;
  return q.wait.kind == WaitKind::kSend && !may_take_turns && q.scene.HasReceivedInRoundsSince(who, q.wait.since);
}

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

namespace {

// Work is handed to group.Go() and awaited in group.Wait(): the go statement stands in another method of a type in whose
// method the wait is.
std::set<StringId> GroupTypes(const Scene& scene, Row row) {
  std::set<StringId> types;
  for (LocationId location : scene.stacks().trie().LeafFirst(scene.facts().at(row).wait->stack)) {
    const FunctionTraits& traits = scene.stacks().traits(scene.stacks().function(location));
    if (traits.receiver == StringId(0)) break;
    types.insert(traits.receiver);
  }
  return types;
}

bool PassesThroughType(const Stacks& stacks, StackId stack, const std::set<StringId>& types) {
  for (LocationId location : stacks.trie().LeafFirst(stack)) {
    if (types.contains(stacks.traits(stacks.function(location)).receiver)) return true;
  }
  return false;
}

class WorkerSearch {
 public:
  WorkerSearch(const Scene& scene, Row row) : scene_(scene), facts_(scene.facts()), row_(row) {}

  OwnWorkers Run() {
    InSameCall();
    if (!found_.were_started) OfGroup();
    return std::move(found_);
  }

 private:
  void Meet(Row who) {
    if (who == row_) return;
    found_.were_started = true;
    if (scene_.IsPresent(who)) found_.living.push_back(who);
  }

  void InSameCall() {
    const Goroutine& goroutine = facts_.at(row_);
    const StringId within = WaitsWithin(scene_, row_);
    for (LineRow line : goroutine.lines) {
      if (!PassesThrough(facts_.stacks, facts_.lines[line].create_stack, within)) continue;
      for (Row who : facts_.lines[line].members) Meet(who);
    }
    if (goroutine.line == kNoLine) return;
    const Lineage& own = facts_.lines[goroutine.line];
    if (!PassesThrough(facts_.stacks, own.create_stack, within)) return;
    for (LineRow line : facts_.at(goroutine.creator).lines) {
      if (line == goroutine.line || facts_.lines[line].call != own.call) continue;
      for (Row who : facts_.lines[line].members) {
        if (facts_.at(who).call == goroutine.call) Meet(who);
      }
    }
  }

  // Work that is handed out may hand out more.
  void OfGroup() {
    const std::set<StringId> types = GroupTypes(scene_, row_);
    if (types.empty()) return;
    found_.is_of_group = true;
    std::vector<Row> makers = {row_};
    if (const Row creator = facts_.at(row_).creator; creator != kNobody) makers.push_back(creator);
    std::set<Row> known(makers.begin(), makers.end());
    while (!makers.empty()) {
      const Row maker = makers.back();
      makers.pop_back();
      for (LineRow line : facts_.at(maker).lines) {
        if (!PassesThroughType(facts_.stacks, facts_.lines[line].create_stack, types)) continue;
        for (Row who : facts_.lines[line].members) {
          Meet(who);
          if (known.insert(who).second) makers.push_back(who);
        }
      }
    }
  }

  const Scene& scene_;
  const Facts& facts_;
  Row row_;
  OwnWorkers found_;
};

}  // namespace

OwnWorkers OwnWorkersOf(const Scene& scene, Row row) { return WorkerSearch(scene, row).Run(); }

}  // namespace analysis::deadlock
