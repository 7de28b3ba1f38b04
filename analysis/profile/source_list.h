#pragma once

#include <string>

#include "analysis/profile/view.h"
#include "model/report.h"

namespace analysis {

// The source of every function that matches, each line with what it cost: `go tool pprof -list`. Sources are looked for
// under -source_path (or the working folder) and its parents. UsageError where no function matches.
model::Report SourceList(View view, const std::string& expression);

}  // namespace analysis
