#pragma once

#include <string>

#include "model/report.h"

namespace render {

// The broken checks as SARIF 2.1.0 (OASIS), for GitHub code scanning and the like. A result is about a function (logical
// location), and about its file and line where they are known. Its fingerprint depends on the function and the metric alone,
// so the same regression in the next build is the same alert.
std::string SarifReport(const model::Report& report);

}  // namespace render
