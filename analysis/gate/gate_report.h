#pragma once

#include "analysis/gate/judge.h"
#include "model/report.h"

namespace analysis {

const char* Name(Verdict verdict);  // "pass", "fail", "unknown"
const char* Name(Outcome outcome);  // "broken", "noise", ..

enum class Explain { kNo, kYes };

// The gate for every renderer: the answer, the findings with their call paths, what got better, how small a change could
// have been seen, and with kYes every check with how its outcome came about. JSON has all of it either way.
model::Report GateReport(const Gate& gate, Explain explain);

}  // namespace analysis
