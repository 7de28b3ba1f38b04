#include <doctest/doctest.h>

#include "analysis/scc.h"

using Edges = std::vector<std::pair<uint32_t, uint32_t>>;
using Components = std::vector<std::vector<uint32_t>>;

TEST_CASE("rings and self-loops are found, chains are not") {
  const Edges edges = {{0, 1}, {1, 0}, {1, 2}, {2, 3}, {4, 4}, {5, 6}, {6, 7}, {7, 5}};
  CHECK(analysis::CyclicComponents(9, edges) == Components{{0, 1}, {4}, {5, 6, 7}});
  CHECK(analysis::CyclicComponents(3, Edges{{0, 1}, {1, 2}}).empty());
  CHECK(analysis::CyclicComponents(0, {}).empty());
}

TEST_CASE("a ring of a million nodes is found without recursion trouble") {
  Edges edges;
  constexpr uint32_t kNodes = 1'000'000;
  for (uint32_t node = 0; node < kNodes; ++node) edges.push_back({node, (node + 1) % kNodes});
  CHECK(analysis::CyclicComponents(kNodes, edges).size() == 1);
}
