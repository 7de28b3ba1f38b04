#pragma once

#include <string>

#include "model/report.h"

namespace render {

// The broken checks as GitLab's code quality report, an array of issues (a subset of the Code Climate form). The format
// wants a file: a check whose file is not known stands in "unknown", line 1.
std::string CodeQualityReport(const model::Report& report);

// The broken checks as GitHub's workflow commands, a line each: "::error file=..,line=..,title=..::message". Printed by a
// step of a job they become annotations of the pull request.
std::string Annotations(const model::Report& report);

}  // namespace render
