#pragma once

#include "analysis/deadlock/scene.h"

// Libraries that start a goroutine for each thing they hand out and end it when that is given back: as long as it lives, who
// asked has not given it back. So the table of known waits names it (KnownWait::token), and a trace shows who holds a place
// in a pool.
namespace analysis::deadlock {

struct Keeper {
  Row token = kNobody;
  Row who = kNobody;  // who asked for it; he may have ended since
};

// Of this resource, by the goroutines whose birth is known; ascending by token.
std::vector<Keeper> KeepersOf(const Scene& scene, const KnownWait& resource);

}  // namespace analysis::deadlock
