#include "analysis/deadlock/rings.h"

#include <algorithm>

#include "analysis/deadlock/thresholds.h"
#include "analysis/scc.h"

namespace analysis::deadlock {
namespace {

bool IsHard(Verdict verdict) { return verdict == Verdict::kDeadlock || verdict == Verdict::kLeak; }

// It waits for what its own kind used to do, in the middle of doing it.
bool IsStarvedServer(const std::vector<WaitEdge>& edges, Row row) {
  return std::ranges::any_of(EdgesOf(edges, row),
                             [](const WaitEdge& edge) { return edge.rule == EdgeRule::kServerWaitsToo; });
}

bool MayIdleAt(const Scene& scene, Row row) {
  return MayIdle(scene.facts().at(row).wait->kind) && !NeverIdles(scene.KnownOf(row));
}

// Receivers that idle beside each other make cycles of guesses; one with another kind of wait, or one whose creation was
// seen, is needed.
bool IsMoreThanIdling(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
                      const std::vector<Row>& members) {
  const bool has_starved = std::ranges::any_of(members, [&](Row row) { return IsStarvedServer(edges, row); });
  const bool is_in_calls = std::ranges::none_of(members, [&](Row row) { return scene.IsInStartFunction(row); });
  if (has_starved && is_in_calls) return true;
  const bool may_all_idle = std::ranges::all_of(members, [&](Row row) { return MayIdleAt(scene, row); });
  const bool has_hope = std::ranges::any_of(members, [&](Row row) { return hopes[row].hope != Hope::kNone; });
  if (may_all_idle && has_hope) return false;
  return std::ranges::any_of(
      members, [&](Row row) { return !MayIdleAt(scene, row) || !scene.facts().at(row).is_older || scene.IsMidWork(row); });
}

// It waits in what it was started for for the users of a channel, whoever they are, and closes it.
bool IsCloser(const Scene& scene, Row row) {
  return scene.facts().at(row).wait->kind == WaitKind::kWaitGroup && scene.IsInStartFunction(row);
}

// Somebody else who lives was seen at the other end of such waits in the program's own code, or is at work on the same type.
bool HasLikelierHelper(const Scene& scene, const std::vector<HopeFound>& hopes, Row waiter) {
  const HopeFound& hope = hopes[waiter];
  const FunctionId leaf = scene.stacks().leaf_function(scene.facts().at(waiter).wait->stack);
  const bool is_own = !scene.stacks().traits(leaf).is_standard;
  return hope.rule == HopeRule::kMethodOfType || (hope.rule == HopeRule::kCounterpart && is_own);
}

// A channel serves its senders in the order in which they came. Others were served at this line since it came, and none of
// them who came later: its turn may be still to come.
bool IsInMovingQueue(const Scene& scene, Row row) {
  const OpenWait& wait = *scene.facts().at(row).wait;
  const Post& post = scene.facts().posts[wait.post];
  const bool has_moved = post.ended_by_another > 0 && (wait.is_older || post.last_ended > wait.since);
  return wait.kind == WaitKind::kSend && has_moved && scene.Overtaken(row) == 0;
}

// Where goroutines idle by habit, a guess is no part of a ring, and neither is a wait that somebody may end.
bool MayCloseRing(const Scene& scene, const std::vector<HopeFound>& hopes, const WaitEdge& edge) {
  const WaitKind kind = scene.facts().at(edge.waiter).wait->kind;
  if (IsCloser(scene, edge.waiter) && edge.evidence == Evidence::kGuessed) return false;
  if (edge.evidence == Evidence::kGuessed && IsInMovingQueue(scene, edge.waiter)) return false;
  const bool may_be_others = edge.rule == EdgeRule::kOnlyKin && hopes[edge.waiter].hope != Hope::kNone;
  if (may_be_others) return false;  // somebody else than its kin may have the lock
  // A function that goroutines are started with may run anything: a wrapper of a library.
  const bool is_wrapper = edge.rule == EdgeRule::kSharedFrames && edge.function == scene.facts().at(edge.waiter).start;
  const bool is_far_fetched =
      is_wrapper || (edge.evidence == Evidence::kGuessed && !IsLock(kind) && HasLikelierHelper(scene, hopes, edge.waiter));
  if (!MayIdle(kind)) return !is_far_fetched || hopes[edge.waiter].hope == Hope::kNone;
  // In the middle of a call, for those who end such waits, or whom others of the same code queue behind: nobody idles there.
  const bool is_of_kind =
      edge.rule == EdgeRule::kSharedFrames || edge.rule == EdgeRule::kServerWaitsToo || edge.rule == EdgeRule::kKnownWaker;
  const bool is_inside_call = is_of_kind && !scene.IsInStartFunction(edge.waiter);
  if (is_inside_call && hopes[edge.waiter].hope != Hope::kLikely) return true;
  if (hopes[edge.waiter].hope != Hope::kNone) return false;
  return edge.evidence != Evidence::kGuessed || edge.rule == EdgeRule::kSharedFrames;
}

// Many goroutines that merely wait long at locks are a convoy.
bool IsConvoy(const std::vector<Row>& members, const std::vector<Judgement>& judgements) {
  const bool has_stalled = std::ranges::any_of(members, [&](Row row) { return judgements[row].is_stalled; });
  return has_stalled && members.size() > kStalledRing;
}

// None of them has waited long enough to tell. A ring with a lock in it is closed from the moment its last wait begins.
bool IsTooSoon(const Scene& scene, const std::vector<Row>& members, const std::vector<Judgement>& judgements) {
  return std::ranges::all_of(
      members, [&](Row row) { return judgements[row].is_too_soon && !IsLock(scene.facts().at(row).wait->kind); });
}

bool IsRing(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
            const std::vector<Row>& members, const std::vector<Judgement>& judgements) {
  if (members.size() == 1) return !judgements[members[0]].is_stalled && hopes[members[0]].hope == Hope::kNone;
  return !IsTooSoon(scene, members, judgements) && IsMoreThanIdling(scene, hopes, edges, members) &&
         !IsConvoy(members, judgements);
}

void PromoteLikeOthers(const Scene& scene, const std::vector<HopeFound>& hopes, std::vector<Judgement>& judgements) {
  std::map<std::pair<SiteRow, FunctionId>, uint64_t> leaks;
  const auto birth = [&](Row row) { return std::pair(scene.facts().at(row).wait->site, scene.facts().at(row).start); };
  for (Row row : scene.waiting()) leaks[birth(row)] += IsHard(judgements[row].verdict);
  for (Row row : scene.waiting()) {
    Judgement& judgement = judgements[row];
    const uint64_t count = leaks[birth(row)];
    if (judgement.verdict != Verdict::kSuspect || hopes[row].hope != Hope::kNone || count < kPeersLeaked) continue;
    if (judgement.is_too_soon) continue;
    judgement.Add({Sign::kLikeOthers, kSignLikeOthers, count});
    judgement.verdict = Verdict::kLeak;
  }
}

bool HasSign(const Judgement& judgement, Sign sign) {
  return std::ranges::any_of(judgement.signs, [&](const SignFound& found) { return found.sign == sign; });
}

bool HangsOnStuck(const std::vector<WaitEdge>& edges, const std::vector<Judgement>& judgements, Row row) {
  return std::ranges::any_of(EdgesOf(edges, row),
                             [&](const WaitEdge& edge) { return IsHard(judgements[edge.holder].verdict); });
}

// Who has idled since before the trace, and whose wakers are "stuck" only in that nobody is known to wake them either, may
// have nothing to do; and so may they.
void DemoteBehindIdle(const Scene& scene, const std::vector<WaitEdge>& edges, std::vector<Judgement>& judgements) {
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (Row row : scene.waiting()) {
      Judgement& judgement = judgements[row];
      const OpenWait& wait = *scene.facts().at(row).wait;
      const bool is_patient = MayIdle(wait.kind) || wait.kind == WaitKind::kWaitGroup;
      const bool may_idle = wait.is_older && is_patient && !NeverIdles(scene.KnownOf(row));
      if (judgement.verdict != Verdict::kLeak || judgement.is_proven || !may_idle || !HasSign(judgement, Sign::kWakersStuck))
        continue;
      if (HangsOnStuck(edges, judgements, row)) continue;
      judgement.verdict = Verdict::kSuspect;
      has_changed = true;
    }
  }
}

// One who is in a select since before `row` waits, in the file in which the lock is taken, and of whom nobody can say
// whether that ends (a timer may be among the cases): he may have it.
bool MayBeHeldByUnknown(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<Judgement>& judgements,
                        Row row) {
  const Facts& facts = scene.facts();
  const OpenWait& wait = *facts.at(row).wait;
  const auto is_unknown = [&](Row who) {
    const auto& other = facts.at(who).wait;
    return who != row && scene.IsWaiting(who) && other->kind == WaitKind::kSelect && !IsHard(judgements[who].verdict) &&
           hopes[who].hope == Hope::kNone && (other->is_older || other->since <= wait.since);
  };
  const StringId file = scene.stacks().file(scene.stacks().leaf_function(wait.stack));
  return std::ranges::any_of(scene.WithFile(file),
                             [&](GroupRow group) { return std::ranges::any_of(scene.groups()[group].members, is_unknown); });
}

// A lock whose holder was not found is an orphan only if nobody is left who may have it. Where nobody else lives, the
// unknown have nobody to wait for either.
void DemoteLocksOfUnknown(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
                          std::vector<Judgement>& judgements) {
  for (Row row : scene.waiting()) {
    Judgement& judgement = judgements[row];
    if (judgement.verdict != Verdict::kLeak || judgement.is_proven || !IsLock(scene.facts().at(row).wait->kind)) continue;
    if (HangsOnStuck(edges, judgements, row) || HasSign(judgement, Sign::kEmptyWorld)) continue;
    if (MayBeHeldByUnknown(scene, hopes, judgements, row)) judgement.verdict = Verdict::kSuspect;
  }
}

// Who idles by habit is not accused for a guess, nor where somebody else may come.
bool IsHeldUp(const Scene& scene, const std::vector<HopeFound>& hopes, const WaitEdge& edge) {
  if (IsCloser(scene, edge.waiter)) return edge.evidence != Evidence::kGuessed;
  if (!MayIdle(scene.facts().at(edge.waiter).wait->kind)) return true;
  return hopes[edge.waiter].hope == Hope::kNone && edge.evidence != Evidence::kGuessed;
}

void PromoteBehindStuck(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
                        std::vector<Judgement>& judgements) {
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (const WaitEdge& edge : edges) {
      Judgement& judgement = judgements[edge.waiter];
      if (judgement.verdict != Verdict::kSuspect || edge.waiter == edge.holder || !IsHard(judgements[edge.holder].verdict))
        continue;
      if (judgement.is_too_soon || !IsHeldUp(scene, hopes, edge)) continue;
      judgement.Add({Sign::kBehindStuck, kSignBehindStuck, 0, edge.holder});
      judgement.verdict = Verdict::kLeak;
      has_changed = true;
    }
  }
}

}  // namespace

std::vector<Ring> FindRings(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
                            std::vector<Judgement>& judgements) {
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  pairs.reserve(edges.size());
  for (const WaitEdge& edge : edges) {
    if (MayCloseRing(scene, hopes, edge)) pairs.push_back({edge.waiter, edge.holder});
  }
  std::vector<Ring> rings;
  for (auto& members : CyclicComponents(scene.facts().goroutines.size(), pairs)) {
    if (!IsRing(scene, hopes, edges, members, judgements)) continue;
    for (Row row : members) {
      judgements[row].verdict = Verdict::kDeadlock;
      const double before =
          judgements[row].is_stalled ? std::max(judgements[row].confidence, kSignStalledRing) : judgements[row].confidence;
      judgements[row].confidence = judgements[row].is_proven ? 1 : std::min(before + kSignRing, kMostCertain);
    }
    rings.push_back({std::move(members)});
  }
  return rings;
}

void Promote(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
             std::vector<Judgement>& judgements) {
  DemoteBehindIdle(scene, edges, judgements);
  DemoteLocksOfUnknown(scene, hopes, edges, judgements);
  PromoteLikeOthers(scene, hopes, judgements);
  PromoteBehindStuck(scene, hopes, edges, judgements);
}

}  // namespace analysis::deadlock
