#pragma once

#include <vector>

#include "analysis/deadlock/waits_for.h"

// Cycles of the wait-for graph: goroutines that wait for each other. A wait on a channel can be ended by any of several
// goroutines, so a cycle alone would prove nothing; it counts because nobody outside of it was found who could help
// (liveness.h).
namespace analysis::deadlock {

struct Ring {
  std::vector<Row> members;  // ascending
};

// Members of rings become deadlocks in `judgements`. Ascending by first member.
std::vector<Ring> FindRings(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
                            std::vector<Judgement>& judgements);

// Suspects at a place where others leaked for certain, and suspects that wait for a stuck goroutine, become leaks.
void Promote(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
             std::vector<Judgement>& judgements);

}  // namespace analysis::deadlock
