#include "analysis/deadlock/lock_classes.h"

#include <algorithm>

#include "analysis/scc.h"

namespace analysis::deadlock {

LockClasses::LockClasses(const Facts& facts) : facts_(facts) {
  const Stacks& stacks = facts.stacks;
  std::map<LocationId, uint32_t> node_of_place;
  std::map<FunctionId, uint32_t> node_of_function;  // that unlocks
  uint32_t nodes = 0;
  for (const Site& site : facts.sites) {
    if (!IsLock(site.kind)) continue;
    const LocationId place = stacks.leaf(site.stack);
    const FunctionId function = stacks.function(place);
    if (node_of_place.try_emplace(place, nodes).second) ++nodes;
    if (site.ended == 0) continue;
    Time& longest = longest_in_[function];
    longest = std::max(longest, site.longest);
    const auto [line, is_new] = first_line_in_.try_emplace(function, stacks.line(place));
    if (!is_new) line->second = std::min(line->second, stacks.line(place));
  }
  std::vector<std::pair<uint32_t, uint32_t>> edges;  // both ways: a strong component is then a connected one
  for (const auto& [pair, count] : facts.ended_by) {
    const auto place = node_of_place.find(pair.first);
    if (place == node_of_place.end()) continue;
    const auto [unlocker, is_new] = node_of_function.try_emplace(stacks.function(pair.second), nodes);
    if (is_new) ++nodes;
    edges.push_back({place->second, unlocker->second});
    edges.push_back({unlocker->second, place->second});
  }
  std::vector<uint32_t> component(nodes, UINT32_MAX);
  for (const auto& members : CyclicComponents(nodes, edges)) {
    for (uint32_t node : members) component[node] = static_cast<uint32_t>(functions_.size());
    functions_.emplace_back();
  }
  for (const auto& [place, node] : node_of_place) {
    if (component[node] == UINT32_MAX) {
      component[node] = static_cast<uint32_t>(functions_.size());
      functions_.emplace_back();
    }
    class_of_[place] = component[node];
    functions_[component[node]].insert(stacks.function(place));
  }
  for (const auto& [function, node] : node_of_function) functions_[component[node]].insert(function);
}

const std::set<FunctionId>& LockClasses::FunctionsOf(LocationId lock_place) const {
  static const std::set<FunctionId> kNone;
  const auto at = class_of_.find(lock_place);
  return at == class_of_.end() ? kNone : functions_[at->second];
}

bool LockClasses::IsOneClass(LocationId a, LocationId b) const {
  const auto class_a = class_of_.find(a);
  const auto class_b = class_of_.find(b);
  return class_a != class_of_.end() && class_b != class_of_.end() && class_a->second == class_b->second;
}

Time LockClasses::LongestIn(FunctionId function) const {
  const auto at = longest_in_.find(function);
  return at == longest_in_.end() ? 0 : at->second;
}

bool LockClasses::HasEarlierLock(LocationId lock_place) const {
  const auto at = first_line_in_.find(facts_.stacks.function(lock_place));
  return at != first_line_in_.end() && at->second < facts_.stacks.line(lock_place);
}

}  // namespace analysis::deadlock
