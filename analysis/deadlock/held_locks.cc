#include "analysis/deadlock/held_locks.h"

namespace analysis::deadlock {
namespace {

using model::StackTrie;

struct Wanted {
  LocationId place;  // where the waiter calls Lock
  FunctionId function;
  int64_t line;
  StringId receiver;
  const std::set<FunctionId>& functions;  // of the lock's class
};

void Keep(Held& best, int strength, EdgeRule rule, FunctionId function) {
  if (strength > best.strength) best = {.strength = strength, .rule = rule, .function = function};
}

// The goroutine was seen inside the innermost call of its wait before, at an earlier line: the call it is in now is not its
// first.
bool WasInsideBefore(const Stacks& stacks, const OpenWait& wait) {
  const model::StackTrie& trie = stacks.trie();
  const FunctionId function = stacks.leaf_function(wait.stack);
  for (StackId at = wait.before; at != StackTrie::root(); at = trie.caller(at)) {
    const bool is_same_call = stacks.leaf_function(at) == function && trie.caller(at) == trie.caller(wait.stack);
    if (is_same_call) return stacks.line(stacks.leaf(at)) < stacks.line(stacks.leaf(wait.stack));
  }
  return false;
}

bool IsRelated(const Scene& scene, const Wanted& wanted, FunctionId function) {
  const StringId receiver = scene.stacks().traits(function).receiver;
  return function == wanted.function || wanted.functions.contains(function) ||
         (receiver != StringId(0) && receiver == wanted.receiver);
}

// The frame in which the holder waits itself. If it waits for a lock, only what it did before that call counts.
void LookAtLeaf(const Scene& scene, const Wanted& wanted, const OpenWait& wait, Held& best) {
  const Stacks& stacks = scene.stacks();
  const LocationId place = stacks.leaf(wait.stack);
  const FunctionId function = stacks.function(place);
  const bool is_related = IsRelated(scene, wanted, function);
  if (is_related && WasInsideBefore(stacks, wait)) Keep(best, 2, EdgeRule::kInsideSince, function);
  if (place == wanted.place) {
    if (scene.locks().HasEarlierLock(place)) Keep(best, 2, EdgeRule::kPastEarlierLock, function);
    return;
  }
  if (wanted.functions.contains(function)) {
    const bool is_same = function == wanted.function;
    if (!is_same) Keep(best, kStrongHold, EdgeRule::kInLockFunction, function);
    if (is_same && stacks.line(place) > wanted.line) Keep(best, kStrongHold, EdgeRule::kPastLock, function);
  }
  if (is_related && function != wanted.function) Keep(best, IsLock(wait.kind) ? 1 : 2, EdgeRule::kSameType, function);
}

// A frame that is in the middle of a call.
void LookAtCaller(const Scene& scene, const Wanted& wanted, StackId frame, bool is_waiter_itself, Held& best) {
  const Stacks& stacks = scene.stacks();
  const LocationId place = stacks.leaf(frame);
  const FunctionId function = stacks.function(place);
  if (wanted.functions.contains(function)) {
    const bool is_before_lock = function == wanted.function && stacks.line(place) <= wanted.line && !is_waiter_itself;
    if (is_before_lock) return;
    Keep(best, kStrongHold, function == wanted.function ? EdgeRule::kPastLock : EdgeRule::kInLockFunction, function);
  }
  const StringId receiver = stacks.traits(function).receiver;
  // What a goroutine was started with, by a library or not, is a loop as a rule, which takes the lock in each of its rounds
  // anew.
  const bool is_loop = stacks.OwnPart(stacks.trie().caller(frame)) == StackTrie::root();
  if (receiver == StringId(0) || receiver != wanted.receiver || (is_loop && is_waiter_itself)) return;
  Keep(best, is_loop ? 1 : 2, EdgeRule::kSameType, function);
}

}  // namespace

Held HoldsLockOf(const Scene& scene, Row holder, Row waiter) {
  const Stacks& stacks = scene.stacks();
  const LocationId place = stacks.leaf(scene.facts().at(waiter).wait->stack);
  const FunctionId function = stacks.function(place);
  const Wanted wanted{place, function, stacks.line(place), stacks.traits(function).receiver,
                      scene.locks().FunctionsOf(place)};
  Held best;
  const OpenWait& wait = *scene.facts().at(holder).wait;
  for (StackId at = wait.stack; at != StackTrie::root(); at = stacks.trie().caller(at)) {
    if (at != wait.stack) {
      LookAtCaller(scene, wanted, at, holder == waiter, best);
    } else if (holder != waiter) {
      LookAtLeaf(scene, wanted, wait, best);
    }
  }
  return best;
}

bool IsSameLockKind(const Scene& scene, Row a, Row b) {
  const Stacks& stacks = scene.stacks();
  const LocationId place_a = stacks.leaf(scene.facts().at(a).wait->stack);
  const LocationId place_b = stacks.leaf(scene.facts().at(b).wait->stack);
  const StringId receiver = stacks.traits(stacks.function(place_a)).receiver;
  return scene.locks().IsOneClass(place_a, place_b) ||
         (receiver != StringId(0) && receiver == stacks.traits(stacks.function(place_b)).receiver);
}

}  // namespace analysis::deadlock
