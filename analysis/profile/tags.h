#pragma once

#include "analysis/profile/view.h"
#include "model/report.h"

namespace analysis {

// The labels of the samples, and how much of the value each has: `go tool pprof -tags`.
model::Report Tags(const View& view);

}  // namespace analysis
