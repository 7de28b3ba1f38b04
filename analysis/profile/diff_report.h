#pragma once

#include "analysis/profile/diff.h"
#include "model/report.h"

namespace analysis {

// For every renderer: the answer, totals, what changed with the callers it came through, what is new and gone, what is
// noise. Nothing at all where nothing differs.
model::Report DiffReport(const Diff& diff);

// The reports of several sample types as one; in JSON, "types" has one object for each.
model::Report JoinedReport(const std::vector<model::Report>& reports, const std::vector<std::string>& types);

}  // namespace analysis
