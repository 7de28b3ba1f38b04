#pragma once

#include "analysis/profile/view.h"
#include "model/report.h"

namespace analysis {

// The functions (or files, lines, ..) that cost most: `go tool pprof -top`, line for line, and all numbers for machines.
model::Report Top(View view);

// What machines read about any profile: sample types, totals, counts. For JSON only.
model::Fields ProfileFields(const View& view);

}  // namespace analysis
