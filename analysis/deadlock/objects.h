#pragma once

#include "analysis/deadlock/facts.h"

// Which objects goroutines have in hand, by the addresses in a goroutine dump: a lock lies inside of the struct whose
// pointer is an argument of those who use it.
namespace analysis::deadlock {

enum class Hand : uint8_t {
  kUnknown,  // no dump, or it gives no address
  kHas,      // it was called with a pointer to the object that the waiter waits for
  kOther,    // it works on another object of the same type
};

// Whether `who` has in hand what `waiter` waits for. `receiver`: the type whose methods the waiter is in; empty = none.
Hand HandOf(const Facts& facts, Row waiter, Row who, StringId receiver);

// Whether two goroutines are inside methods of one type, and of the same object of it (kHas) or of others only (kOther).
Hand SharedReceiver(const Facts& facts, Row a, Row b);

}  // namespace analysis::deadlock
