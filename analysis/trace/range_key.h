#pragma once

#include <compare>
#include <cstdint>

#include "model/event.h"

namespace analysis {

// Which range an event begins or ends: no two of one name are open for the same subject.
struct RangeKey {
  model::RangeScope scope;
  int64_t subject;
  model::StringId name;
  auto operator<=>(const RangeKey&) const = default;
};

}  // namespace analysis
