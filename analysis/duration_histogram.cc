#include "analysis/duration_histogram.h"

#include <algorithm>

namespace analysis {
namespace {

constexpr uint64_t kBarLength = 40;

int64_t LowerEnd(size_t power) { return power == 0 ? 0 : int64_t{1} << power; }

}  // namespace

model::ValueList HistogramValue(const DurationDistribution& durations) {
  model::ValueList rows;
  const auto counts = durations.PowersOfTwo();
  for (size_t power = 0; power < counts.size(); ++power) {
    if (counts[power] != 0) rows.emplace_back(model::ValueObject{{"from_ns", LowerEnd(power)}, {"count", counts[power]}});
  }
  return rows;
}

model::Table HistogramTable(std::string title, std::string name_label, const NamedDurations& named, size_t rows_shown) {
  model::Table table{.key = "", .title = std::move(title), .rows_shown = rows_shown};
  table.columns = {{"from_ns", "from", "nanoseconds"}, {"count", "count", "count"}};
  if (!name_label.empty()) table.columns.push_back({"name", std::move(name_label), ""});
  table.columns.push_back({"bar", "", ""});
  for (const auto& [name, durations] : named) {
    const auto counts = durations->PowersOfTwo();
    const auto is_used = [](uint64_t count) { return count != 0; };
    const auto first = std::ranges::find_if(counts, is_used);
    const auto last = std::find_if(counts.rbegin(), counts.rend(), is_used).base();
    const uint64_t most = *std::ranges::max_element(counts);
    for (auto at = first; at < last; ++at) {
      const uint64_t length = std::max<uint64_t>(*at * kBarLength / most, *at == 0 ? 0 : 1);
      table.rows.push_back({LowerEnd(static_cast<size_t>(at - counts.begin())), *at});
      if (table.columns.size() == 4) table.rows.back().emplace_back(name);
      table.rows.back().emplace_back(std::string(length, '#'));
    }
  }
  return table;
}

}  // namespace analysis
