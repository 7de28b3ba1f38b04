#pragma once

#include <string>

#include "model/report.h"

namespace render {

enum class Colour { kNone, kAnsi };

// The report as people read it on a terminal: the answer first, then the blocks. Control characters in names from input
// are shown as escapes, so that no file can drive the reader's terminal.
std::string TextReport(const model::Report& report, Colour colour);

}  // namespace render
