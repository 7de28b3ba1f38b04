#pragma once

#include <string>

#include "analysis/profile/view.h"
#include "model/report.h"

namespace analysis {

// Every function with its callers above and its callees below: `go tool pprof -tree`.
model::Report Tree(View view);

// The same for functions whose name matches, and without any cut-off: `-peek`. UsageError where none matches.
model::Report Peek(View view, const std::string& expression);

}  // namespace analysis
