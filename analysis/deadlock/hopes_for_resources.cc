#include <algorithm>

#include "analysis/deadlock/known_wakers.h"
#include "analysis/deadlock/liveness.h"
#include "analysis/deadlock/objects.h"
#include "analysis/deadlock/tokens.h"

// Waits of which the table of known waits says that nobody idles there: for a place in a pool, a share of a semaphore, a
// leader's answer. As with a lock, somebody has what is wanted.
namespace analysis::deadlock {
namespace {

// The table names the function that a holder is inside of.
bool OfferNamedHolders(const Question& q, Hopes& hopes) {
  bool has_any = false;
  for (FunctionId function : q.scene.FunctionsLike(q.known->holder)) {
    for (GroupRow group : q.scene.WithFunction(function)) {
      for (Row who : q.scene.groups()[group].members) {
        if (who == q.row || q.scene.HasEnteredSince(who, function, q.wait.since)) continue;
        has_any = true;
        hopes.Offer(Hope::kLikely, HopeRule::kHasResource, who, function);
        if (hopes.is_settled()) return true;
      }
    }
  }
  return has_any;
}

// It is parked where goroutines idle by design, empty-handed, or works with another object of the same type.
bool HasNone(const Question& q, Row who) {
  const KnownWait* known = q.scene.KnownOf(who);
  if (known != nullptr && known->role == Role::kIdle) return true;
  return SharedReceiver(q.scene.facts(), q.row, who) == Hand::kOther;
}

bool MayHaveOne(const Question& q, Row who) {
  const bool is_in_queue = q.scene.IsWaiting(who) && q.scene.KnownOf(who) == q.known;
  return who != q.row && !is_in_queue && !HasNone(q, who);
}

// Those of the group who live and may have one; `function` is where.
void OfferAtWork(const Question& q, Hopes& hopes, GroupRow group, FunctionId function) {
  q.lively.AnyInGroup(group, q.found, [&](Row who) {
    if (MayHaveOne(q, who)) hopes.Offer(Hope::kLikely, HopeRule::kHasResource, who, function);
    return hopes.is_settled();
  });
}

// Somebody alive is inside a function of the program that asks for such resources, and does not wait for one himself.
void OfferUsers(const Question& q, Hopes& hopes) {
  for (const auto& [function, line] : q.scene.UsersOf(q.known)) {
    for (GroupRow group : q.scene.WithFunction(function)) {
      if (!hopes.is_settled()) OfferAtWork(q, hopes, group, function);
    }
  }
}

// Or is inside a call of the pool's own package: it works with what it has.
void OfferCallers(const Question& q, Hopes& hopes) {
  for (GroupRow group : q.scene.InsideOf(q.known)) {
    if (!hopes.is_settled()) OfferAtWork(q, hopes, group, q.leaf);
  }
}

// Or inside another method of a type that has such a function. If it goes round a loop there while this one is queued, it is
// likelier to have its own than to keep what is wanted here.
void OfferMethods(const Question& q, Hopes& hopes) {
  for (const auto& [function, line] : q.scene.UsersOf(q.known)) {
    const StringId receiver = q.scene.stacks().traits(function).receiver;
    if (receiver == StringId(0)) continue;
    for (GroupRow group : q.scene.WithReceiver(receiver)) {
      const auto offer = [&](Row who) {
        if (!MayHaveOne(q, who)) return false;
        const bool goes_round = q.scene.GoesRoundSince(who, q.wait.since);
        // What it keeps through its rounds, it had when the pool still had enough for this one.
        if (goes_round && IsInAnOldLoop(q, who, receiver)) return false;
        hopes.Offer(goes_round ? Hope::kPerhaps : Hope::kLikely, HopeRule::kMethodOfType, who, function);
        return hopes.is_settled();
      };
      if (q.lively.AnyInGroup(group, q.found, offer)) return;
    }
  }
}

// Others that run the same loop from which it asked: one of them may have what it wants between two calls. The loop of a
// library (a server's, for each of its connections) has it only while it runs the program's code.
void OfferSameLoop(const Question& q, Hopes& hopes) {
  const Stacks& stacks = q.scene.stacks();
  const bool is_of_library = stacks.traits(q.goroutine.start).is_standard;
  for (Row who : q.scene.WithStart(q.goroutine.start)) {
    if (hopes.best().hope >= Hope::kPerhaps) return;
    const bool is_at_rest = is_of_library && stacks.OwnPart(q.scene.StackOf(who)) == model::StackTrie::root();
    if (who != q.row && !q.scene.IsWaiting(who) && !is_at_rest) hopes.Offer(Hope::kPerhaps, HopeRule::kSibling, who);
  }
}

// It was started from within a call that the waiter is still in, so it may have been given what the waiter had.
void OfferChildren(const Question& q, Hopes& hopes) {
  const Facts& facts = q.scene.facts();
  for (LineRow line : q.goroutine.lines) {
    const FunctionId made_in = facts.stacks.leaf_function(facts.stacks.UserPart(facts.lines[line].create_stack));
    const bool is_still_inside = facts.stacks.IsOn(q.wait.stack, made_in);
    for (Row who : facts.lines[line].members) {
      if (hopes.is_settled()) return;
      if (is_still_inside && q.scene.IsPresent(who)) hopes.Offer(Hope::kLikely, HopeRule::kChild, who);
    }
  }
}

// Those who were seen to get one and have not given it back. True if there are any, each still there: then nobody has to be
// guessed.
bool OfferKeepers(const Question& q, Hopes& hopes) {
  const std::vector<Keeper> keepers = KeepersOf(q.scene, *q.known);
  bool are_known = !keepers.empty();
  for (const Keeper& keeper : keepers) {
    are_known &= q.scene.IsPresent(keeper.who);
    if (keeper.who != q.row && q.scene.IsPresent(keeper.who)) hopes.Offer(Hope::kLikely, HopeRule::kKeeps, keeper.who);
  }
  return are_known;
}

// A semaphore of golang.org/x/sync that the program itself asks is like a lock: who never had to wait for it leaves no mark
// when he gets it, and may be at work beside the function that asks. A pool is asked through its methods.
void OfferBesideAsker(const Question& q, Hopes& hopes) {
  const Stacks& stacks = q.scene.stacks();
  const bool is_of_x_sync = stacks.traits(q.leaf).is_standard && !IsStandardLibrary(stacks.name(q.leaf));
  const StackId asker = stacks.OwnPart(q.wait.stack);
  const bool is_own = asker != model::StackTrie::root() && asker == stacks.ProgramPart(asker);
  if (is_of_x_sync && is_own) HolderInFile(q, stacks.leaf_function(asker), hopes);
}

}  // namespace

void HopesForResource(const Question& q, Hopes& hopes) {
  if (!q.known->holder.empty()) {
    const bool has_any = OfferNamedHolders(q, hopes);
    if (has_any) hopes.Lacks(Lack::kWakersStuck);
    return;
  }
  const bool are_known = OfferKeepers(q, hopes);
  if (!hopes.is_settled()) OfferUsers(q, hopes);
  if (!hopes.is_settled()) OfferCallers(q, hopes);
  if (!hopes.is_settled()) OfferChildren(q, hopes);
  if (!hopes.is_settled() && !are_known) OfferMethods(q, hopes);
  if (!hopes.is_settled() && !are_known) OfferSameLoop(q, hopes);
  if (!hopes.is_settled() && !are_known) OfferBesideAsker(q, hopes);
  hopes.Lacks(Lack::kWakersStuck);
}

}  // namespace analysis::deadlock
