#include <algorithm>

#include "analysis/deadlock/liveness.h"
#include "analysis/deadlock/objects.h"
#include "analysis/deadlock/thresholds.h"

// Who could release a lock. A lock has one holder (or some readers), and the holder is a goroutine that called Lock and has
// not called Unlock: unless it ended, the function that locked is on its stack, or one that was handed the locked object.
namespace analysis::deadlock {
namespace {

// Two instances keep their locks to themselves if all waits so far were ended within the family.
bool IsAnotherInstance(const Question& q, Row other) {
  if (HandOf(q.scene.facts(), q.row, other, q.scene.stacks().traits(q.leaf).receiver) == Hand::kOther) return true;
  return q.is_family_matter && !q.scene.kinship().MayBeOneInstance(q.row, other);
}

const std::set<FunctionId>& LockFunctions(const Question& q) {
  return q.scene.locks().FunctionsOf(q.scene.stacks().leaf(q.wait.stack));
}

// Locks go to the oldest waiter after 1 ms: one that waits longer is not passed by those who come now, so whoever has its
// lock has had it since before.
bool HasHadItsTurn(const Question& q) { return q.scene.WaitedFor(q.row) > kFarLonger * kSlack; }

// While it is queued no longer than others were, and somebody alive is in the lock's functions, the queue moves.
void LockStillMoves(const Question& q, Hopes& hopes) {
  if (q.site.ended == 0 || q.wait.is_older || q.scene.WaitedFor(q.row) > kStillMoving * q.site.longest + kSlack) return;
  for (FunctionId function : LockFunctions(q)) {
    for (GroupRow group : q.scene.WithFunction(function)) {
      const auto offer = [&](Row who) {
        if (q.scene.kinship().MayBeOneInstance(who, q.row)) hopes.Offer(Hope::kLikely, HopeRule::kLockMoves, who, function);
        return hopes.is_settled();
      };
      if (q.lively.AnyInGroup(group, q.found, offer)) return;
    }
  }
}

// Somebody alive is inside a function that takes or releases this class of lock, and does not queue here himself.
void HolderInLockFunction(const Question& q, Hopes& hopes) {
  for (FunctionId function : LockFunctions(q)) {
    for (GroupRow group : q.scene.WithFunction(function)) {
      if (q.scene.IsAtSite(group, q.wait.site)) continue;
      const auto offer = [&](Row who) {
        const bool came_later = HasHadItsTurn(q) && q.scene.HasEnteredSince(who, function, q.wait.since);
        if (who == q.row || came_later || IsAnotherInstance(q, who)) return false;
        hopes.Offer(Hope::kLikely, HopeRule::kHolderOnStack, who, function);
        return hopes.is_settled();
      };
      if (q.lively.AnyInGroup(group, q.found, offer)) return;
    }
  }
}

// Somebody alive is inside a method of the type in whose method the lock is taken. Who goes round a loop in there is
// likelier to have another object's, from time to time, than to keep this one.
void HolderInMethod(const Question& q, Hopes& hopes) {
  const StringId receiver = q.scene.stacks().traits(q.leaf).receiver;
  if (receiver == StringId(0)) return;
  for (GroupRow group : q.scene.WithReceiver(receiver)) {
    if (q.scene.IsAtSite(group, q.wait.site)) continue;
    const auto offer = [&](Row who) {
      const bool came_later = HasHadItsTurn(q) && q.scene.HasEnteredTypeSince(who, receiver, q.wait.since);
      if (who == q.row || came_later || IsAnotherInstance(q, who)) return false;
      const bool goes_round = HasHadItsTurn(q) && q.scene.GoesRoundSince(who, q.wait.since);
      if (goes_round && IsInAnOldLoop(q, who, receiver)) return false;
      hopes.Offer(goes_round ? Hope::kPerhaps : Hope::kLikely, HopeRule::kHolderOfType, who, q.leaf);
      return hopes.is_settled();
    };
    if (q.lively.AnyInGroup(group, q.found, offer)) return;
  }
}

void UnlockerRuns(const Question& q, Hopes& hopes) {
  for (const auto& [who, count] : q.site.living_wakers) {
    const model::GoState state = q.scene.facts().at(who).state;
    if (state != model::GoState::kRunning && state != model::GoState::kRunnable) continue;
    hopes.Offer(Hope::kLikely, HopeRule::kUnlockerRuns, who);
  }
}

// A frame from which goroutines are started is no critical section: such a function goes on and on.
bool GoesOnStarting(const Scene& scene, Row holder, Row waiter, FunctionId function) {
  const Facts& facts = scene.facts();
  for (LineRow line : facts.at(holder).lines) {
    if (facts.stacks.IsOn(facts.lines[line].create_stack, function)) return true;
  }
  for (int i = 0; i < kInstanceGenerations && waiter != kNobody; ++i, waiter = facts.at(waiter).creator) {
    if (facts.stacks.IsOn(facts.at(waiter).create_stack, function)) return true;
  }
  return false;
}

// The function of a frame in the lock's file that may be inside a critical section; none if there is no such frame.
FunctionId SectionInFile(const Scene& scene, Row holder, Row waiter, StringId file) {
  const bool is_main = scene.facts().at(holder).id == 1;
  const StackId user = scene.stacks().UserPart(scene.StackOf(holder));
  for (StackId at = user; at != model::StackTrie::root(); at = scene.stacks().trie().caller(at)) {
    const FunctionId function = scene.stacks().leaf_function(at);
    const bool is_root = scene.stacks().trie().caller(at) == model::StackTrie::root();
    if (scene.stacks().file(function) != file || (is_root && is_main)) continue;
    if (scene.stacks().traits(function).is_standard) continue;
    // If it goes on, so do those who called it; a dump does not tell them of a birth.
    return GoesOnStarting(scene, holder, waiter, function) ? FunctionId(0) : function;
  }
  return FunctionId(0);
}

// It goes round, and nothing shows that it did before the lock was taken: a long job under the lock would look alike. Inside
// of a call it takes a round of the waiter's to show it; in the function it was started with, that the waiter ever had one.
bool MayBeAtLongJob(const Question& q, Row who) {
  const Stacks& stacks = q.scene.stacks();
  const StackId own = stacks.OwnPart(q.scene.StackOf(who));
  const bool is_in_call = own != model::StackTrie::root() && stacks.trie().caller(own) != model::StackTrie::root();
  const Goroutine& goroutine = q.scene.facts().at(who);
  if (!is_in_call) return !goroutine.is_older && !q.wait.is_older && !q.scene.HasMadeRoundSince(q.row, goroutine.born);
  const bool is_settled = stacks.OutermostCall(q.scene.StackOf(who)) == goroutine.settled_in;
  return !(is_settled && q.scene.HasMadeRoundSince(q.row, goroutine.settled_since));
}

// It idles in the loop it was started for, where no critical section lasts from round to round; or it was parked there
// already while the waiter went through its whole last round, lock and all.
bool HasBeenParked(const Question& q, Row who) {
  const auto& wait = q.scene.facts().at(who).wait;
  if (q.scene.GoesRoundSince(who, q.wait.since)) return !MayBeAtLongJob(q, who);
  if (q.scene.IsWaiting(who) && MayIdle(wait->kind) && q.scene.IsInStartFunction(who)) return true;
  return wait && q.goroutine.last_wait_began > 0 && wait->since < q.goroutine.last_wait_began;
}

// Runs, sleeps or waits for something outside of the process in a call that it entered before the wait began. The function
// it was started with is no call: it is on the stack whatever the goroutine does, so there it has to have been at one thing.
bool IsBusyIn(const Scene& scene, const std::vector<HopeFound>& hopes, Row who, FunctionId function, Time since) {
  const bool is_at_work = hopes[who].rule == HopeRule::kRuns || hopes[who].rule == HopeRule::kOutside;
  const Goroutine& goroutine = scene.facts().at(who);
  const bool is_at_one_thing = goroutine.wait && goroutine.wait->since <= since;
  return is_at_work && (goroutine.start != function || is_at_one_thing) && !scene.HasEnteredSince(who, function, since) &&
         !scene.GoesRoundSince(who, since);
}

}  // namespace

void HolderInFile(const Question& q, FunctionId taker, Hopes& hopes) {
  const StringId file = q.scene.stacks().file(taker);
  for (GroupRow group : q.scene.WithFile(file)) {
    if (hopes.best().hope >= Hope::kPerhaps) return;
    if (q.scene.IsAtSite(group, q.wait.site)) continue;
    q.lively.AnyInGroup(group, q.found, [&](Row who) {
      if (who == q.row || IsAnotherInstance(q, who) || HasBeenParked(q, who)) return false;
      const FunctionId section = SectionInFile(q.scene, who, q.row, file);
      const bool came_later = HasHadItsTurn(q) && q.scene.HasEnteredSince(who, section, q.wait.since);
      if (section != FunctionId(0) && !came_later) hopes.Offer(Hope::kPerhaps, HopeRule::kHolderInFile, who, section);
      return hopes.best().hope >= Hope::kPerhaps;
    });
  }
}

bool IsInAnOldLoop(const Question& q, Row who, StringId receiver) {
  const auto since = q.scene.HasBeenInTypeSince(who, receiver);
  return since && q.scene.HasMadeRoundSince(q.row, *since);
}

// An overtaken one waits for another object than those who are served: who goes in and out there has not got its lock, but
// who has been inside all along may have it.
void HopesForLock(const Question& q, Hopes& hopes) {
  LockStillMoves(q, hopes);
  if (hopes.is_settled()) return;
  HolderInLockFunction(q, hopes);
  if (hopes.is_settled() || q.is_overtaken) return;
  HolderInMethod(q, hopes);
  if (hopes.is_settled()) return;
  UnlockerRuns(q, hopes);
  if (hopes.is_settled()) return;
  HolderInFile(q, q.leaf, hopes);
}

bool MayBeHeldAllAlong(const Scene& scene, const std::vector<HopeFound>& hopes, Row row) {
  const OpenWait& wait = *scene.facts().at(row).wait;
  const auto is_busy = [&](GroupRow group, FunctionId function) {
    return std::ranges::any_of(scene.groups()[group].members,
                               [&](Row who) { return who != row && IsBusyIn(scene, hopes, who, function, wait.since); });
  };
  const auto any_in = [&](FunctionId function) {
    return std::ranges::any_of(scene.WithFunction(function), [&](GroupRow group) { return is_busy(group, function); });
  };
  if (std::ranges::any_of(scene.locks().FunctionsOf(scene.stacks().leaf(wait.stack)), any_in)) return true;
  const StringId receiver = scene.stacks().traits(scene.stacks().leaf_function(wait.stack)).receiver;
  if (receiver == StringId(0)) return false;
  for (GroupRow group : scene.WithReceiver(receiver)) {
    for (LocationId location : scene.stacks().trie().LeafFirst(scene.StackOf(scene.groups()[group].members.front()))) {
      const FunctionId function = scene.stacks().function(location);
      if (scene.stacks().traits(function).receiver == receiver && is_busy(group, function)) return true;
    }
  }
  return false;
}

}  // namespace analysis::deadlock
