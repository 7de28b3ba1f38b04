#include "analysis/deadlock/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/deadlock/thresholds.h"
#include "model/units.h"

namespace analysis::deadlock {
namespace {

// What goroutines waiting at one site have in common.
struct Crowd {
  uint32_t creators = 0;
  Time first_birth = INT64_MAX;
  Time last_birth = INT64_MIN;
};

class Judge_ {
 public:
  Judge_(const Scene& scene, const std::vector<HopeFound>& hopes);
  Judgement Of(Row row) const;
  // Its lock was never held so long, though somebody alive might hold it.
  bool IsStalled(Row row) const;

 private:
  Time Needed(Row row) const;
  Time AwaySince(Row row) const;
  bool IsStranded(Row row) const;
  Judgement ByHope(Row row) const;
  bool Grows(Row row) const;
  bool IsOrphan(Row row) const;
  bool MayMainServe(Row row) const;
  bool IsKnownStuck(Row row) const;
  void ByKind(Row row, Judgement& judgement) const;
  void ByCreator(Row row, Judgement& judgement) const;
  void ByPeers(Row row, Judgement& judgement) const;
  uint32_t EndedChildren(Row row) const;
  Time UsualIfOverdue(Row row) const;

  const Scene& scene_;
  const Facts& facts_;
  const std::vector<HopeFound>& hopes_;
  std::vector<Crowd> crowds_;
  bool is_empty_world_ = true;
  Time away_since_ = INT64_MAX;  // of those who do not wait for another goroutine, who has not been seen for longest
};

Judge_::Judge_(const Scene& scene, const std::vector<HopeFound>& hopes)
    : scene_(scene), facts_(scene.facts()), hopes_(hopes), crowds_(facts_.sites.size()) {
  for (SiteRow site = 0; site < crowds_.size(); ++site) {
    std::set<Row> creators;
    for (Row row : scene.WaitingAt(site)) {
      creators.insert(facts_.at(row).creator);
      crowds_[site].first_birth = std::min(crowds_[site].first_birth, facts_.at(row).born);
      crowds_[site].last_birth = std::max(crowds_[site].last_birth, facts_.at(row).born);
    }
    crowds_[site].creators = static_cast<uint32_t>(creators.size());
  }
  for (Row row : scene.present()) {
    if (hopes[row].hope != Hope::kNone && facts_.at(row).id != 1) is_empty_world_ = false;
    if (!scene.IsWaiting(row)) away_since_ = std::min(away_since_, AwaySince(row));
  }
}

bool IsEnough(double confidence) { return confidence >= kLeak - kRounding; }

// The runtime also marks main in `select{}`, which is how programs wait for ever on purpose.
bool IsProven(const Goroutine& goroutine) {
  return goroutine.is_proven && !(goroutine.id == 1 && goroutine.wait->kind == WaitKind::kForever);
}

// Goroutines of its birth usually live so much shorter, and it is not the only one that stayed.
bool Judge_::IsStranded(Row row) const {
  const Goroutine& goroutine = facts_.at(row);
  const Crowd& crowd = crowds_[goroutine.wait->site];
  const auto ended = facts_.ended_of_birth.find({goroutine.create_stack, goroutine.start});
  if (goroutine.is_older || ended == facts_.ended_of_birth.end() || ended->second.ended < kGrowing) return false;
  const Time usual = std::max(ended->second.total / ended->second.ended, kSlack);
  const bool is_crowd = scene_.WaitingAt(goroutine.wait->site).size() >= kGrowing;
  const bool is_spread = crowd.last_birth - crowd.first_birth > facts_.duration() / kSpreadShare;
  return is_crowd && is_spread && facts_.end - goroutine.born > kFarLonger * usual;
}

// Since when it has slept, waited for a peer, or run without a pause.
Time Judge_::AwaySince(Row row) const {
  const Goroutine& goroutine = facts_.at(row);
  return goroutine.wait ? goroutine.wait->since : std::max(goroutine.last_ran, goroutine.born);
}

// How long it would have to wait before a verdict. A program that still runs hard when its trace ends has many waits that
// are merely not over yet.
Time Judge_::Needed(Row row) const {
  const OpenWait& wait = *facts_.at(row).wait;
  if (wait.kind == WaitKind::kForever) return 0;
  Time needed = kShortestStuck;
  if (MayIdle(wait.kind)) needed = std::max(needed, kClearlyLonger * facts_.posts[wait.post].longest);
  const bool is_stranger = facts_.at(row).is_older && hopes_[row].lack == Lack::kUnknown;  // whoever it waits for
  const bool may_be_awaited = is_stranger && away_since_ <= wait.since && !IsLock(wait.kind);
  return may_be_awaited ? std::max(needed, kErrand) : needed;
}

Judgement Judge_::Of(Row row) const {
  Judgement judgement = ByHope(row);
  if (judgement.is_proven) return judgement;
  if (judgement.verdict != Verdict::kIdle && scene_.WaitedFor(row) < Needed(row)) {
    judgement.is_too_soon = true;
    judgement.verdict = Verdict::kSuspect;
    judgement.Add({Sign::kTooSoon, kSignTooSoon, static_cast<uint64_t>(Needed(row) - scene_.WaitedFor(row))});
  }
  if (const Time usual = UsualIfOverdue(row); usual > 0 && judgement.verdict == Verdict::kIdle) {
    judgement.verdict = Verdict::kSuspect;
    judgement.Add({Sign::kOverdue, kSignOverdue, static_cast<uint64_t>(usual)});
  }
  if (!IsStranded(row)) return judgement;
  const auto lives = facts_.ended_of_birth.at({facts_.at(row).create_stack, facts_.at(row).start});
  const bool is_at_work = !MayIdle(facts_.at(row).wait->kind) || NeverIdles(scene_.KnownOf(row));
  judgement.Add(
      {Sign::kStranded, is_at_work ? kSignStrandedAtWork : kSignStranded, static_cast<uint64_t>(lives.total / lives.ended)});
  if (judgement.verdict == Verdict::kIdle) judgement.verdict = Verdict::kSuspect;
  if (hopes_[row].hope != Hope::kLikely && !judgement.is_too_soon && IsEnough(judgement.confidence))
    judgement.verdict = Verdict::kLeak;
  return judgement;
}

Judgement Judge_::ByHope(Row row) const {
  Judgement judgement;
  const HopeFound& hope = hopes_[row];
  if (IsProven(facts_.at(row))) {
    judgement.Add({Sign::kProven, 1});
    judgement.confidence = 1;
    judgement.is_proven = true;
    judgement.verdict = Verdict::kLeak;
    return judgement;
  }
  if (hope.hope == Hope::kLikely) return judgement;
  if (hope.hope == Hope::kPerhaps) {
    judgement.verdict = Verdict::kSuspect;
    judgement.confidence = kPerhapsStuck;
    return judgement;
  }
  judgement.Add({Sign::kNoHelper, kSignNoHelper});
  if (hope.lack == Lack::kWakersStuck) judgement.Add({Sign::kWakersStuck, kSignWakersStuck});
  if (hope.lack == Lack::kWakersGone)
    judgement.Add({Sign::kWakersGone, scene_.IsInStartFunction(row) ? kSignWakersGoneAtPost : kSignWakersGone});
  ByKind(row, judgement);
  ByCreator(row, judgement);
  ByPeers(row, judgement);
  judgement.verdict = IsEnough(judgement.confidence) ? Verdict::kLeak : Verdict::kSuspect;
  return judgement;
}

void Judge_::ByKind(Row row, Judgement& judgement) const {
  const OpenWait& wait = *facts_.at(row).wait;
  const bool waits_for_anything = wait.kind == WaitKind::kReceive || wait.kind == WaitKind::kSelect ||
                                  wait.kind == WaitKind::kCond || wait.kind == WaitKind::kWaitGroup;
  const KnownWait* known = scene_.KnownOf(row);
  if (known != nullptr && (known->role == Role::kResource || known->role == Role::kResult)) {
    judgement.Add({Sign::kResource, kSignResource});
    return;
  }
  if (wait.kind == WaitKind::kForever) judgement.Add({Sign::kForever, kSignForever});
  if (IsLock(wait.kind)) judgement.Add({Sign::kLock, kSignLock});
  if (wait.kind == WaitKind::kSend)
    judgement.Add({Sign::kSend, wait.is_older && scene_.IsAtPost(row) ? kSignSendAtPost : kSignSend});
  if (wait.kind == WaitKind::kWaitGroup) judgement.Add({Sign::kWaitGroup, kSignWaitGroup});
  if (wait.is_older && waits_for_anything) judgement.Add({Sign::kNoHistory, kSignNoHistory});
}

// No hope, and not just for want of history.
bool Judge_::IsKnownStuck(Row row) const {
  if (!scene_.IsWaiting(row) || hopes_[row].hope != Hope::kNone) return false;
  return !MayIdle(facts_.at(row).wait->kind) || hopes_[row].lack != Lack::kUnknown || facts_.at(row).is_proven;
}

// More and more of its birth wait where it does.
bool Judge_::Grows(Row row) const {
  const SiteRow site = facts_.at(row).wait->site;
  const Time spread = std::max(facts_.duration() / kSpreadShare, kErrand);
  const bool is_spread = crowds_[site].last_birth - crowds_[site].first_birth > spread;
  return scene_.WaitingAt(site).size() >= kGrowing && is_spread && !facts_.at(row).is_older;
}

// Somewhere among its ancestors is one that has ended, before main is.
bool Judge_::IsOrphan(Row row) const {
  std::set<Row> known;
  for (Row at = facts_.at(row).creator; at != kNobody && known.insert(at).second; at = facts_.at(at).creator) {
    if (facts_.at(at).id == 1) return false;
    if (facts_.at(at).has_ended) return true;
  }
  return false;
}

// Main can go on, and stands in the code of this wait or of who started it; or it is at the network, from where anybody may
// come.
bool Judge_::MayMainServe(Row row) const {
  const Row main = facts_.RowOf(1);
  if (main == kNobody || !scene_.IsPresent(main) || scene_.IsWaiting(main)) return false;
  const auto& wait = facts_.at(main).wait;
  const bool is_at_network = wait && wait->kind == WaitKind::kNetwork;
  if (is_at_network || scene_.StackOf(main) == model::StackTrie::root()) return true;
  const Stacks& stacks = facts_.stacks;
  std::set<StringId> files = {stacks.file(stacks.leaf_function(facts_.at(row).create_stack))};
  for (LocationId location : stacks.trie().LeafFirst(facts_.at(row).wait->stack))
    files.insert(stacks.file(stacks.function(location)));
  for (LocationId location : stacks.trie().LeafFirst(scene_.StackOf(main))) {
    const FunctionId function = stacks.function(location);
    if (!stacks.traits(function).is_standard && files.contains(stacks.file(function))) return true;
  }
  return false;
}

void Judge_::ByCreator(Row row, Judgement& judgement) const {
  const Row creator = facts_.at(row).creator;
  if (creator == kNobody) return;
  if (facts_.at(creator).has_ended) {
    judgement.Add({Sign::kCreatorEnded, kSignCreatorEnded, 0, creator});
  } else if (IsKnownStuck(creator)) {
    judgement.Add({Sign::kCreatorStuck, kSignCreatorGone, 0, creator});
  } else if (IsLeftBehind(scene_, row)) {
    judgement.Add({Sign::kLeftBehind, kSignLeftBehind, 0, creator});
  } else if (ActivationOf(scene_, row).frames == 0) {
    // So it is with every loop that a Start() leaves behind, of those that produce (send) as well, and with every closer: a
    // goroutine that waits for the users of a channel, whoever they are, and closes it.
    const WaitKind kind = facts_.at(row).wait->kind;
    const bool is_closer = kind == WaitKind::kWaitGroup && hopes_[row].lack == Lack::kUnknown;
    const bool is_left_to_wait = (MayIdle(kind) || kind == WaitKind::kSend || is_closer) && scene_.IsInStartFunction(row);
    if (!is_left_to_wait) {
      judgement.Add({Sign::kCreatorMovedOn, kSignCreatorGone, 0, creator});
    } else if (Grows(row)) {
      judgement.Add({Sign::kCreatorMovedOn, kSignCreatorGoneGrowing, 0, creator});
    }
  }
}

void Judge_::ByPeers(Row row, Judgement& judgement) const {
  const Goroutine& goroutine = facts_.at(row);
  const Site& site = facts_.sites[goroutine.wait->site];
  const Crowd& crowd = crowds_[goroutine.wait->site];
  const auto waiting = static_cast<uint32_t>(scene_.WaitingAt(goroutine.wait->site).size());
  const auto ended = facts_.ended_of_birth.find({goroutine.create_stack, goroutine.start});
  if (ended != facts_.ended_of_birth.end() && ended->second.ended > 0)
    judgement.Add({Sign::kPeersEnded, kSignPeersEnded, ended->second.ended});
  if (const uint32_t count = EndedChildren(row); count > 0) judgement.Add({Sign::kChildrenEnded, kSignChildrenEnded, count});
  if (waiting >= kManyInstances && crowd.creators >= kManyInstances)
    judgement.Add({Sign::kManyCreators, kSignManyCreators, waiting});
  if (is_empty_world_) judgement.Add({Sign::kEmptyWorld, kSignEmptyWorld});
  if (is_empty_world_ && IsOrphan(row) && !MayMainServe(row)) judgement.Add({Sign::kOrphan, kSignOrphan});
  if (hopes_[row].lack == Lack::kUnknown && goroutine.creator != kNobody && site.ended_by_kin > 0 &&
      site.ended_by_stranger == 0)
    judgement.Add(
        {Sign::kFamilyMatter,
         scene_.IsInStartFunction(row) || !MayIdle(goroutine.wait->kind) ? kSignFamilyMatter : kSignFamilyMatterInside,
         site.ended_by_kin});
  if (Grows(row)) judgement.Add({Sign::kGrows, kSignGrows, waiting});
  const bool is_far_longer =
      site.ended > kPeersLeaked && site.longest > 0 && scene_.WaitedFor(row) > kFarLonger * site.longest;
  if (is_far_longer) judgement.Add({Sign::kFarLonger, kSignFarLonger, static_cast<uint64_t>(site.longest)});
}

// How long a goroutine used to take for the call in which it has waited so much longer now, while those on whom its hope
// rests go about something else; 0 if that is not so. A loop that idles in its own function may do so for hours.
Time Judge_::UsualIfOverdue(Row row) const {
  const Goroutine& goroutine = facts_.at(row);
  const OpenWait& wait = *goroutine.wait;
  const HopeFound& hope = hopes_[row];
  if (!MayIdle(wait.kind) || wait.is_older || hope.who == kNobody || scene_.IsInStartFunction(row)) return 0;
  const bool is_busy_elsewhere = scene_.IsWaiting(hope.who) || scene_.GoesRoundSince(hope.who, wait.since);
  const bool is_used_to_it = facts_.posts[wait.post].ended_by_another >= kKnownPartners;
  const Time usual = std::max(facts_.posts[wait.post].longest, kSlack);
  return is_busy_elsewhere && is_used_to_it && scene_.WaitedFor(row) > kFarLonger * usual ? usual : 0;
}

// How many goroutines it has started before it came to this receive, from calls made by the function it receives in: whoever
// was handed the channel. 0 if one of them lives, or such a receive has ever been ended.
uint32_t Judge_::EndedChildren(Row row) const {
  const Goroutine& goroutine = facts_.at(row);
  const OpenWait& wait = *goroutine.wait;
  if (wait.kind != WaitKind::kReceive || wait.is_older || facts_.posts[wait.post].ended_by_another > 0) return 0;
  const Stacks& stacks = facts_.stacks;
  const FunctionId within = stacks.leaf_function(wait.stack);
  uint32_t count = 0;
  for (LineRow row_of_line : goroutine.lines) {
    const Lineage& line = facts_.lines[row_of_line];
    if (line.ended < line.born) return 0;
    for (LocationId at : stacks.trie().LeafFirst(line.create_stack)) {
      const bool is_before = stacks.function(at) == within && stacks.line(at) <= stacks.line(stacks.leaf(wait.stack));
      if (is_before) count += line.ended;
    }
  }
  return count;
}

bool Judge_::IsStalled(Row row) const {
  const OpenWait& wait = *facts_.at(row).wait;
  if (hopes_[row].hope == Hope::kNone || !IsLock(wait.kind) || MayBeHeldAllAlong(scene_, hopes_, row)) return false;
  const Time pace = scene_.locks().LongestIn(scene_.stacks().leaf_function(wait.stack));
  return scene_.WaitedFor(row) > kFarLonger * std::max(pace, kLockPace);
}

// Who sends to a stalled goroutine, and to nobody else from that line, is stalled with it; and so on.
void AddSendersTo(const Scene& scene, std::vector<bool>& stalled) {
  for (bool has_grown = true; has_grown;) {
    has_grown = false;
    for (Row row : scene.waiting()) {
      if (stalled[row] || scene.facts().at(row).wait->kind != WaitKind::kSend) continue;
      const std::vector<Row> partners = scene.PartnersOf(row);
      if (partners.empty() || !std::ranges::all_of(partners, [&](Row partner) { return stalled[partner]; })) continue;
      stalled[row] = true;
      has_grown = true;
    }
  }
}

}  // namespace

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDeadlock:
      return "deadlock";
    case Verdict::kLeak:
      return "leak";
    case Verdict::kSuspect:
      return "suspect";
    case Verdict::kIdle:
      return "idle";
  }
  return "idle";
}

void Judgement::Add(SignFound sign) {
  confidence = std::clamp(confidence + sign.weight, 0.0, kMostCertain);
  signs.push_back(sign);
}

std::vector<Judgement> Judge(const Scene& scene, const std::vector<HopeFound>& hopes) {
  const Judge_ judge(scene, hopes);
  std::vector<Judgement> judgements(scene.facts().goroutines.size());
  std::vector<bool> stalled(judgements.size());
  for (Row row : scene.waiting()) {
    judgements[row] = judge.Of(row);
    stalled[row] = judge.IsStalled(row);
  }
  AddSendersTo(scene, stalled);
  const std::vector<HopeFound> hopes_without = FindHopes(scene, stalled);
  for (Row row : scene.waiting())
    judgements[row].is_stalled = hopes[row].hope != Hope::kNone && hopes_without[row].hope == Hope::kNone;
  return judgements;
}

std::string Explain(const Scene& scene, const SignFound& sign) {
  const std::string who = sign.who == kNobody ? "" : fmt::format("goroutine {}", scene.facts().at(sign.who).id);
  switch (sign.sign) {
    case Sign::kNoHelper:
      return "no live goroutine was found that could end this wait";
    case Sign::kProven:
      return "proven: the runtime's own leak detection marked it, nothing that lives can reach what it waits for";
    case Sign::kForever:
      return "select{} or a nil channel never ends";
    case Sign::kLock:
      return "a lock is released by its holder, and no live one was found";
    case Sign::kSend:
      return "nobody alive receives here";
    case Sign::kWaitGroup:
      return "no live goroutine was found that could call Done";
    case Sign::kResource:
      return "nobody waits here for want of work: somebody has what is wanted";
    case Sign::kCreatorEnded:
      return fmt::format("its creator, {}, has ended", who);
    case Sign::kCreatorStuck:
      return fmt::format("its creator, {}, is stuck too", who);
    case Sign::kCreatorMovedOn:
      return fmt::format("the call in {} that started it has returned", who);
    case Sign::kLeftBehind:
      return fmt::format("{} served it only from the call that started it, and that has returned", who);
    case Sign::kPeersEnded:
      return fmt::format("{} others of the same go statement have come and gone", sign.count);
    case Sign::kOverdue:
      return fmt::format("it is inside a call from which it used to come back within {}",
                         model::FormatValue(static_cast<int64_t>(sign.count), "nanoseconds"));
    case Sign::kChildrenEnded:
      return fmt::format("it waits behind the go statement of its own {}, which ended without a word",
                         sign.count == 1 ? "goroutine" : fmt::format("{} goroutines", sign.count));
    case Sign::kManyCreators:
      return fmt::format("{} wait here, each started by another goroutine", sign.count);
    case Sign::kWakersStuck:
      return "those whose part it is to end such waits here are stuck themselves";
    case Sign::kWakersGone:
      return "those whose part it was to end this wait have ended or gone on to something else";
    case Sign::kEmptyWorld:
      return "nothing else of the program is alive but main";
    case Sign::kOrphan:
      return "main has not started it, nor is it where it could serve it; whoever did has ended";
    case Sign::kFamilyMatter:
      return fmt::format("{} such waits were ended, each by the waiter's own kin, and this one's can't", sign.count);
    case Sign::kTooSoon:
      return fmt::format(
          "too soon to tell: waits like this one have ended after some time; the trace would have to go on for "
          "{} more",
          model::FormatValue(static_cast<int64_t>(sign.count), "nanoseconds"));
    case Sign::kStranded:
      return fmt::format("others of the same go statement lived {} on average; this one and more beside it stay",
                         model::FormatValue(static_cast<int64_t>(sign.count), "nanoseconds"));
    case Sign::kGrows:
      return fmt::format("{} wait here, and they became more through the whole trace", sign.count);
    case Sign::kFarLonger:
      return fmt::format("it waits far longer than any wait here that ended ({})",
                         model::FormatValue(static_cast<int64_t>(sign.count), "nanoseconds"));
    case Sign::kNoHistory:
      return "it was waiting before the trace began, so who used to wake it is not known";
    case Sign::kLikeOthers:
      return fmt::format("{} goroutines leaked at the same place", sign.count);
    case Sign::kBehindStuck:
      return fmt::format("it waits for {}, which is stuck", who);
  }
  return "";
}

}  // namespace analysis::deadlock
