#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/gate/comparison.h"
#include "analysis/gate/judge.h"
#include "analysis/gate/rules.h"
#include "model/event_source.h"

// What budgets ask of execution traces, one number per trace and budget: goroutines in a deadlock or leaked, time lost to
// locks, a percentile of a task, a region or the wait for a proc, the collector's share of the procs.
namespace analysis {

bool IsAboutTraces(Budget::Subject subject);

struct BudgetMeasure {
  double value = 0;                                     // nanoseconds, a share, or a count
  double variance = 0;                                  // of the value, from this one trace alone
  uint64_t count = 0;                                   // what it was taken from: tasks, waits, collections, goroutines
  std::vector<std::pair<int64_t, uint64_t>> durations;  // ascending, with how many; of percentiles only
  std::string found;                                    // of deadlocks and leaks: in words
};

struct BudgetedTrace {
  std::string name;     // the file
  std::string version;  // "go 1.26 trace"
  int64_t trace_ns = 0;
  std::vector<std::optional<BudgetMeasure>> measures;  // by budget; nullopt = not about traces, or nothing in it is meant
};

// Reads the trace once for each kind of question: `open` gives it from its beginning.
BudgetedTrace MeasureForBudgets(std::string name, const std::function<std::unique_ptr<model::EventSource>()>& open,
                                const std::vector<Budget>& budgets);

// Budgets on traces, outcomes decided where there is no chance in it (a deadlock is one). Runs [0, sides.before) are the
// baseline, which may be empty: then only budgets with `max` are looked at.
std::vector<Check> TraceChecks(const std::vector<BudgetedTrace>& runs, Sides sides, const GateRules& rules,
                               std::vector<std::string>& notes);

}  // namespace analysis
