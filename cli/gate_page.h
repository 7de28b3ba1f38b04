#pragma once

#include <string>

#include "cli/gate_input.h"
#include "model/report.h"

namespace cli {

// The report as a page, with the differential flame graph of the profiles and, where the baseline is a history, how each
// finding got here.
std::string GatePage(const CommandLine& line, const analysis::Gate& gate, const model::Report& report,
                     const GateFiles& files);

}  // namespace cli
