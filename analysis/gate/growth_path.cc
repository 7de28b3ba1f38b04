#include "analysis/gate/growth_path.h"

#include <algorithm>
#include <map>

namespace analysis {
namespace {

using model::StackId;
using model::StackTrie;

// Rows in which `function` stands for the first time from the root.
std::vector<StackId> OutermostRows(const RunTable& table, model::StringId function) {
  const StackTrie& stacks = table.stacks();
  std::vector<bool> is_below(stacks.size());
  std::vector<StackId> rows;
  for (uint32_t id = 1; id < stacks.size(); ++id) {
    const StackId row(id);
    is_below[id] = is_below[stacks.caller(row).index()];
    if (is_below[id] || table.function(row) != function) continue;
    is_below[id] = true;
    rows.push_back(row);
  }
  return rows;
}

struct Climber {
  StackId at;     // where this one has got to
  double growth;  // of the row it started from
};

}  // namespace

std::vector<double> GrowthOfStacks(const RunTable& table, size_t value_type, Sides sides) {
  const StackTrie& stacks = table.stacks();
  const size_t width = table.value_types().size();
  std::vector<double> growth(stacks.size());
  for (size_t run = 0; run < table.runs().size(); ++run) {
    const Run& rows = table.runs()[run];
    const double weight =
        run < sides.before ? -1.0 / static_cast<double>(sides.before) : 1.0 / static_cast<double>(sides.after);
    for (size_t row = 0; row < rows.stack.size(); ++row) {
      growth[rows.stack[row].index()] += weight * static_cast<double>(rows.value[row * width + value_type]);
    }
  }
  for (size_t id = stacks.size(); id-- > 1;) growth[stacks.caller(StackId(static_cast<uint32_t>(id))).index()] += growth[id];
  return growth;
}

std::vector<std::string> GrowthPath(const RunTable& table, const std::vector<double>& growth, model::StringId function) {
  std::vector<Climber> climbers;
  double whole = 0;
  for (const StackId row : OutermostRows(table, function)) {
    climbers.push_back({row, growth[row.index()]});
    whole += growth[row.index()];
  }
  std::vector<std::string> path = {std::string(table.strings()[function])};
  while (!climbers.empty()) {
    std::map<model::StringId, double> by_caller;
    for (Climber& climber : climbers) {
      climber.at = table.stacks().caller(climber.at);
      if (climber.at != StackTrie::root()) by_caller[table.function(climber.at)] += climber.growth;
    }
    const auto largest = std::ranges::max_element(by_caller, {}, [](const auto& entry) { return entry.second; });
    if (largest == by_caller.end() || largest->second < whole / 2) break;
    path.emplace_back(table.strings()[largest->first]);
    std::erase_if(climbers, [&](const Climber& climber) {
      return climber.at == StackTrie::root() || table.function(climber.at) != largest->first;
    });
  }
  std::ranges::reverse(path);
  return path;
}

double GrowthThrough(const RunTable& table, const std::vector<double>& growth, model::StringId outer,
                     const std::vector<bool>& inner) {
  const StackTrie& stacks = table.stacks();
  enum class State : uint8_t { kOutside, kBelowOuter, kCounted };
  std::vector<State> state(stacks.size(), State::kOutside);
  double sum = 0;
  for (uint32_t id = 1; id < stacks.size(); ++id) {
    const StackId row(id);
    const model::StringId function = table.function(row);
    state[id] = state[stacks.caller(row).index()];
    if (state[id] == State::kBelowOuter && inner[function.index()] && function != outer) {
      sum += growth[id];
      state[id] = State::kCounted;
    }
    if (state[id] == State::kOutside && function == outer) state[id] = State::kBelowOuter;
  }
  return sum;
}

}  // namespace analysis
