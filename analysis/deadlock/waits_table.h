#pragma once

#include <string_view>

namespace analysis::deadlock {

// The text of waits.table; the build turns the file into a source.
extern const std::string_view kWaitsTable;

}  // namespace analysis::deadlock
