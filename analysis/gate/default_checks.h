#pragma once

#include <vector>

#include "analysis/gate/judge.h"

namespace analysis {

// Without any rule: the total, and every function that has at least half of settings.min_share of it, flat and (where that
// is something else) cum. Outcomes are not decided yet.
std::vector<Check> DefaultChecks(const RunTable& table, Sides sides, const GateSettings& settings);

// What the budgets of the rules file compare, outcomes not decided yet.
std::vector<Check> BudgetChecks(const RunTable& table, Sides sides, const GateRules& rules);

// A cum finding whose growth is for the most part that of findings below it becomes kExplained: the reader wants the cause,
// not every caller up to main.
void FoldCallers(std::vector<Check>& checks, const RunTable& table, Sides sides, const GateSettings& settings);

// A total that is broken gets the path of the function that added most to it.
void ExplainTotal(std::vector<Check>& checks, const RunTable& table, Sides sides, size_t value_type);

// What makes the sides hard to compare, one line each.
std::vector<std::string> Oddities(const RunTable& table, Sides sides, size_t value_type);

}  // namespace analysis
