#include "analysis/deadlock/objects.h"

#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

bool IsInside(uint64_t object, uint64_t start) {
  return start >= kSmallestPointer && start <= object && object - start < kObjectSpan;
}

// The pointer receiver of the innermost method of this type; 0 if there is none or it may be stale.
uint64_t ReceiverOf(const Facts& facts, const Dumped& dumped, StringId receiver) {
  for (const Dumped::Call& call : dumped.calls) {
    if (facts.stacks.traits(call.function).receiver != receiver) continue;
    return call.arguments.empty() ? 0 : call.arguments[0];
  }
  return 0;
}

}  // namespace

Hand HandOf(const Facts& facts, Row waiter, Row who, StringId receiver) {
  if (waiter >= facts.dumped.size() || who >= facts.dumped.size()) return Hand::kUnknown;
  const Dumped& wants = facts.dumped[waiter];
  const Dumped& has = facts.dumped[who];
  if (!wants.is_known || !has.is_known) return Hand::kUnknown;
  if (receiver != StringId(0)) {
    const uint64_t ours = ReceiverOf(facts, wants, receiver);
    const uint64_t theirs = ReceiverOf(facts, has, receiver);
    // Two objects of a type may still share a lock that lies outside of both.
    if (theirs >= kSmallestPointer && IsInside(wants.object, ours)) return ours == theirs ? Hand::kHas : Hand::kOther;
  }
  if (wants.object < kSmallestPointer) return Hand::kUnknown;
  for (const Dumped::Call& call : has.calls) {
    if (facts.stacks.traits(call.function).is_machinery) continue;
    for (uint64_t argument : call.arguments) {
      if (IsInside(wants.object, argument)) return Hand::kHas;
    }
  }
  return Hand::kUnknown;
}

Hand SharedReceiver(const Facts& facts, Row a, Row b) {
  if (a >= facts.dumped.size() || b >= facts.dumped.size()) return Hand::kUnknown;
  Hand hand = Hand::kUnknown;
  for (const Dumped::Call& call : facts.dumped[a].calls) {
    const FunctionTraits traits = facts.stacks.traits(call.function);
    if (traits.receiver == StringId(0) || traits.is_standard) continue;
    const uint64_t ours = ReceiverOf(facts, facts.dumped[a], traits.receiver);
    const uint64_t theirs = ReceiverOf(facts, facts.dumped[b], traits.receiver);
    if (ours < kSmallestPointer || theirs < kSmallestPointer) continue;
    if (ours == theirs) return Hand::kHas;
    hand = Hand::kOther;
  }
  return hand;
}

}  // namespace analysis::deadlock
