#pragma once

#include "analysis/profile/diff.h"
#include "model/report.h"

namespace analysis {

// For every renderer: the answer, totals, what changed with the callers it came through, what is new and gone, what is
// noise. Nothing at all where nothing differs.
model::Report DiffReport(const Diff& diff);

}  // namespace analysis
