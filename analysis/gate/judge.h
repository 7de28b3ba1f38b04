#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/gate/comparison.h"
#include "analysis/gate/rules.h"
#include "analysis/gate/run_table.h"

// The gate: did what the rules speak about get worse, beyond noise and by a worthwhile amount?
namespace analysis {

enum class Verdict { kPass, kFail, kUnknown };

enum class Outcome {
  kFine,       // did not grow, or by too little to matter
  kNoise,      // grew, but not beyond noise
  kBroken,     // the finding
  kExplained,  // grew, but nearly all of it is that of findings it calls
  kExcused,    // broken, and an exception holds
  kImproved,   // shrank as clearly as a finding grows
  kUnknown,    // can't be told
};

struct Check {
  std::string name;    // function, "total", or the budget's name
  std::string metric;  // "cpu flat"
  std::string unit;
  std::string budget;  // the rule's name; empty = the default rules
  Grade grade = Grade::kFail;
  Outcome outcome = Outcome::kFine;
  std::optional<Limit> limit;  // of a budget
  bool is_growth_limit = false;
  bool is_decided = false;  // no chance is in it: a trace has a deadlock, or it has not
  Comparison numbers;
  double p_adjusted = 1;
  std::string why;   // how the outcome came about, one line
  std::string file;  // of the function, as the profile names it; empty = not known
  int64_t line = 0;
  std::vector<std::string> path;  // by which callers it grew, root first
};

struct Gate {
  Verdict verdict = Verdict::kPass;
  std::string reason;              // one line: why, where nothing could be judged
  std::vector<Check> checks;       // broken ones first, then by growth, then by name
  std::vector<std::string> notes;  // what makes the sides hard to compare; exceptions that ran out
  Sides sides;                     // profiles
  Sides trace_sides;
  std::string value_type;  // of the default rules; empty = no profiles
  std::string unit;
  TypicalChange typical;
  double samples_before = 0;  // what the values are worth in samples
  double samples_after = 0;
  double smallest_detectable = 0;  // share points for a function with 5 % of the total
};

// Runs [0, sides.before) of the table are the baseline. `today` is "2026-11-21", for exceptions.
// Throws UsageError for rules that name what the profiles can't have (a sample type, a broken expression).
Gate Judge(const RunTable& table, Sides sides, const GateRules& rules, const std::string& today);

struct BudgetedTrace;

// Profiles, traces, or both.
struct GateInput {
  const RunTable* profiles = nullptr;
  Sides sides;
  std::vector<BudgetedTrace> traces;  // measured with the rules' budgets
  Sides trace_sides;
};
Gate Judge(const GateInput& input, const GateRules& rules, const std::string& today);

}  // namespace analysis
