#include "analysis/deadlock/id_ranges.h"

#include <algorithm>

namespace analysis::deadlock {

void IdRanges::Add(const std::vector<model::GoroutineId>& ids) {
  std::vector<std::pair<model::GoroutineId, model::GoroutineId>> merged;
  const auto append = [&](model::GoroutineId first, model::GoroutineId last) {
    if (merged.empty() || first > merged.back().second + 1) {
      merged.push_back({first, last});
    } else {
      merged.back().second = std::max(merged.back().second, last);
    }
  };
  auto range = ranges_.begin();
  for (const model::GoroutineId id : ids) {
    for (; range != ranges_.end() && range->first <= id; ++range) append(range->first, range->second);
    append(id, id);
  }
  for (; range != ranges_.end(); ++range) append(range->first, range->second);
  ranges_ = std::move(merged);
}

bool IdRanges::Contains(model::GoroutineId id) const {
  const auto after = std::ranges::upper_bound(ranges_, id, {}, &std::pair<model::GoroutineId, model::GoroutineId>::first);
  return after != ranges_.begin() && id <= std::prev(after)->second;
}

}  // namespace analysis::deadlock
