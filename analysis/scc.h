#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace analysis {

// Strongly connected components of a graph of `node_count` nodes (Tarjan, by Boost.Graph; O(nodes + edges)).
// Only those that hold a cycle: two nodes or more, or one with an edge to itself. Nodes ascend within a component, and
// components by their first node.
std::vector<std::vector<uint32_t>> CyclicComponents(size_t node_count, std::span<const std::pair<uint32_t, uint32_t>> edges);

}  // namespace analysis
