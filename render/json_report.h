#pragma once

#include <string>

#include "model/report.h"

namespace render {

// One JSON document with a newline behind it: {"schema": 1, "title", "found", members of the report's blocks in their order,
// "warnings"}. Names from input that are not UTF-8 have the bad bytes replaced by U+FFFD.
std::string JsonReport(const model::Report& report);

}  // namespace render
