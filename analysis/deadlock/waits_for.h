#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/deadlock/verdicts.h"

// Who waits for whom, among goroutines that are stuck, suspect, or stalled at a lock. A trace records neither who holds a
// lock nor both ends of a channel, so an edge is a conclusion, and says how it was drawn.
namespace analysis::deadlock {

enum class Evidence : uint8_t { kGuessed, kInferred, kProven };
const char* Name(Evidence evidence);

enum class EdgeRule : uint8_t {
  kInLockFunction,   // the holder is inside a function that takes or releases this class of lock
  kPastLock,         // it stands behind a Lock of this class in the same function
  kPastEarlierLock,  // it waits at the same line, behind an earlier Lock of that function
  kInsideSince,      // it has been inside the function for a while, so its Lock call is not the first thing it did there
  kSameObject,       // a dump's addresses show it with the lock's struct in hand
  kSameType,         // it is inside another method of the type whose lock it is
  kOnlyKin,          // nobody else of the family is stuck
  kPendingWriter,    // a reader waits while a writer is queued
  kReaderAgain,      // a writer waits for readers, and this reader is stuck in a second RLock
  kPartner,          // they did this with each other before, at this line
  kKnownWaker,       // its kin or its kind ended such waits here
  kHasResource,      // it has one of what is wanted, and wants another
  kKeeps,            // it got one of what is wanted, and has not given it back (tokens.h)
  kWorker,           // it was started for the WaitGroup
  kOnlyKinWakes,     // the wait is for kin, and this one is stuck
  kServerWaitsToo,   // the function that used to serve such waits now waits in one itself
  kSharedFrames,     // both are inside the same function or type (creation unknown)
};

struct WaitEdge {
  Row waiter = kNobody;
  Row holder = kNobody;
  Evidence evidence = Evidence::kGuessed;
  EdgeRule rule = EdgeRule::kOnlyKin;
  FunctionId function;  // of the holder's stack, that gave it away
};

// Sorted by waiter, then holder; one edge for each pair.
std::vector<WaitEdge> FindWaitEdges(const Scene& scene, const std::vector<Judgement>& judgements);
// Those of one waiter, of such a vector.
std::span<const WaitEdge> EdgesOf(const std::vector<WaitEdge>& edges, Row waiter);
std::string Explain(const Scene& scene, const WaitEdge& edge);

}  // namespace analysis::deadlock
