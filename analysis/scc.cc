#include "analysis/scc.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

namespace analysis {

std::vector<std::vector<uint32_t>> CyclicComponents(size_t node_count,
                                                    std::span<const std::pair<uint32_t, uint32_t>> edges) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  const Graph graph(edges.begin(), edges.end(), node_count);
  std::vector<uint32_t> component(node_count);
  const auto index = boost::get(boost::vertex_index, graph);
  const uint32_t count = boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), index));

  std::vector<std::vector<uint32_t>> members(count);
  for (uint32_t node = 0; node < node_count; ++node) members[component[node]].push_back(node);
  std::vector<bool> is_cyclic(count);
  for (uint32_t c = 0; c < count; ++c) is_cyclic[c] = members[c].size() > 1;
  for (const auto& [from, to] : edges) {
    if (from == to) is_cyclic[component[from]] = true;
  }

  std::vector<std::vector<uint32_t>> cyclic;
  for (uint32_t c = 0; c < count; ++c) {
    if (is_cyclic[c]) cyclic.push_back(std::move(members[c]));
  }
  std::ranges::sort(cyclic);
  return cyclic;
}

}  // namespace analysis
