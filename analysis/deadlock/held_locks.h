#pragma once

#include "analysis/deadlock/waits_for.h"

// Does one waiting goroutine hold the lock that another one waits for? Read off the stacks: who is inside a function that
// takes this class of lock, behind its Lock call, holds it unless it released it again.
namespace analysis::deadlock {

struct Held {
  int strength = 0;  // 0 = no sign
  EdgeRule rule = EdgeRule::kSameType;
  FunctionId function;
};
constexpr int kStrongHold = 3;  // several holders (readers) are all kept from here on; below only the best

Held HoldsLockOf(const Scene& scene, Row holder, Row waiter);
// Both take the same class of lock, or locks of one type.
bool IsSameLockKind(const Scene& scene, Row a, Row b);

}  // namespace analysis::deadlock
