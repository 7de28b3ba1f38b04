#pragma once

#include <charconv>
#include <optional>
#include <string>

#include "model/event.h"

namespace analysis {

// Where a task is asked for by its number instead of its type.
inline std::optional<model::TaskId> TaskIdIn(const std::string& text) {
  model::TaskId id = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, id);
  return !text.empty() && error == std::errc() && at == end ? std::optional(id) : std::nullopt;
}

}  // namespace analysis
