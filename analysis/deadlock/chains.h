#pragma once

#include <vector>

#include "analysis/deadlock/deadlock.h"

// Whom a stuck or suspected goroutine waits for in the end: from waiter to holder to what that one waits for, until a ring
// or a goroutine of which it is not known who could end its wait.
namespace analysis::deadlock {

struct ChainRoot {
  std::vector<Row> root;  // a ring's members, or one goroutine
  bool is_ring = false;
  std::vector<Row> behind;   // all who hang on it, ascending; without the root
  std::vector<Row> longest;  // from the first of those furthest away to the root, which it includes
};

// Roots somebody waits behind, and all rings; the most waiters first.
std::vector<ChainRoot> FindChains(const Result& result);

}  // namespace analysis::deadlock
