#pragma once

#include <utility>
#include <vector>

#include "model/event.h"

namespace analysis::deadlock {

// A set of goroutines, as stretches of ids: Go numbers them densely, so memory goes by the gaps, not by the members.
class IdRanges {
 public:
  void Add(const std::vector<model::GoroutineId>& ids);  // ascending; O(stretches + ids)
  bool Contains(model::GoroutineId id) const;
  model::GoroutineId last() const { return ranges_.empty() ? model::kNoGoroutine : ranges_.back().second; }
  size_t stretches() const { return ranges_.size(); }

 private:
  std::vector<std::pair<model::GoroutineId, model::GoroutineId>> ranges_;  // first and last, ascending, with gaps between
};

}  // namespace analysis::deadlock
