#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/gate/trace_budgets.h"

namespace analysis {
namespace {

using Subject = Budget::Subject;

bool IsFact(Subject subject) { return subject == Subject::kDeadlock || subject == Subject::kLeak; }

std::string UnitOf(Subject subject) {
  if (IsFact(subject)) return "count";
  return subject == Subject::kCollector ? "ratio" : "nanoseconds";
}

std::string MetricOf(const Budget& budget) {
  const std::string percentile = fmt::format("p{:g}", budget.percentile * 100);
  switch (budget.subject) {
    case Subject::kDeadlock:
      return "goroutines in a deadlock";
    case Subject::kLeak:
      return "leaked goroutines";
    case Subject::kTask:
      return fmt::format("task {} {}", budget.pattern, percentile);
    case Subject::kRegion:
      return fmt::format("region {} {}", budget.pattern, percentile);
    case Subject::kLatency:
      return "scheduler latency " + percentile;
    case Subject::kCollector:
      return "collector's share";
    default:
      return "lock contention";
  }
}

// Exactly: where the limit is the true percentile, so many or more durations above it have this chance.
double AbovePercentile(const std::vector<const BudgetMeasure*>& after, double limit, double share) {
  double all = 0, above = 0;
  for (const BudgetMeasure* measure : after) {
    for (const auto& [duration, count] : measure->durations) {
      all += static_cast<double>(count);
      if (static_cast<double>(duration) > limit) above += static_cast<double>(count);
    }
  }
  if (above < 1) return 1;
  return boost::math::cdf(boost::math::complement(boost::math::binomial(all, 1 - share), above - 1));
}

// From each trace's own error, or, where it is larger, from how the traces spread.
double AboveValue(const std::vector<const BudgetMeasure*>& after, double mean, double limit) {
  const auto n = static_cast<double>(after.size());
  double sampling = 0, squares = 0;
  for (const BudgetMeasure* measure : after) {
    sampling += measure->variance / n / n;
    squares += (measure->value - mean) * (measure->value - mean);
  }
  if (mean <= limit) return 1;
  const double between = after.size() > 1 ? squares / (n - 1) / n : 0;
  const double z = (mean - limit) / std::sqrt(std::max({sampling, between, 1e-18}));
  if (after.size() < 2) return boost::math::cdf(boost::math::complement(boost::math::normal(), z));
  return boost::math::cdf(boost::math::complement(boost::math::students_t(n - 1), z));
}

double MeanOf(const std::vector<const BudgetMeasure*>& side) {
  double sum = 0;
  for (const BudgetMeasure* measure : side) sum += measure->value;
  return side.empty() ? 0 : sum / static_cast<double>(side.size());
}

struct Measured {
  std::vector<const BudgetMeasure*> before, after;
};

Measured MeasuredOf(const std::vector<BudgetedTrace>& runs, Sides sides, size_t budget) {
  Measured measured;
  for (size_t run = 0; run < runs.size(); ++run) {
    const auto& measure = runs[run].measures[budget];
    if (measure) (run < sides.before ? measured.before : measured.after).push_back(&*measure);
  }
  return measured;
}

// One trace with a deadlock is enough; no chance is in it.
Check CheckFact(const Budget& budget, const std::vector<BudgetedTrace>& runs, Sides sides, size_t index,
                const Measured& measured) {
  Check check{
      .name = budget.name, .metric = MetricOf(budget), .unit = "count", .budget = budget.name, .grade = budget.grade};
  check.limit = budget.max.value_or(Limit{.text = "none"});
  check.numbers.is_share = false;
  check.numbers.before = MeanOf(measured.before);
  const Limit& limit = *check.limit;
  check.is_decided = true;
  check.why = fmt::format("{} in any of {} traces", limit.text == "none" ? "none" : "no more than " + limit.text,
                          measured.after.size());
  for (size_t run = sides.before; run < runs.size(); ++run) {
    const auto& measure = runs[run].measures[index];
    if (!measure || measure->value <= check.numbers.after) continue;
    check.numbers.after = measure->value;
    if (measure->value <= limit.value) continue;
    check.outcome = Outcome::kBroken;
    check.numbers.p_value = 0;
    check.why = fmt::format("{}: {}", runs[run].name, measure->found);
  }
  return check;
}

Series SeriesOf(const Measured& measured) {
  Series series;
  for (const auto* side : {&measured.before, &measured.after}) {
    for (const BudgetMeasure* measure : *side) {
      series.value.push_back(measure->value);
      series.variance.push_back(measure->variance);
    }
  }
  return series;
}

void AddMeasured(std::vector<Check>& checks, const Budget& budget, const Measured& measured, const GateRules& rules,
                 std::vector<std::string>& notes) {
  Check check{.name = budget.name,
              .metric = MetricOf(budget),
              .unit = UnitOf(budget.subject),
              .budget = budget.name,
              .grade = budget.grade};
  const Sides sides{measured.before.size(), measured.after.size()};
  const Series series = SeriesOf(measured);
  if (budget.max_growth && measured.before.empty()) {
    notes.push_back(fmt::format("budget {}: max_growth needs traces from before, and there are none", budget.name));
  } else if (budget.max_growth) {
    check.numbers = CompareAsValue(series, series, sides, rules.settings);
    check.limit = *budget.max_growth;
    check.is_growth_limit = true;
    checks.push_back(check);
    checks.back().metric += " growth";
  }
  if (budget.max) {
    if (sides.before > 0) check.numbers = CompareAsValue(series, series, sides, rules.settings);
    check.numbers.is_share = false;
    check.numbers.has_rank = false;
    check.numbers.after = MeanOf(measured.after);
    check.limit = *budget.max;
    if (check.unit == "ratio") check.limit->is_relative = false;  // 5% is 0.05 of the procs here
    check.is_growth_limit = false;
    const bool is_percentile = !measured.after.front()->durations.empty();
    check.numbers.p_value = is_percentile ? AbovePercentile(measured.after, check.limit->value, budget.percentile)
                                          : AboveValue(measured.after, check.numbers.after, check.limit->value);
    checks.push_back(check);
  }
}

void NoteVersions(const std::vector<BudgetedTrace>& runs, Sides sides, std::vector<std::string>& notes) {
  for (size_t run = sides.before; run < runs.size() && sides.before > 0; ++run) {
    if (runs[run].version == runs[0].version) continue;
    notes.push_back(fmt::format("traces of different Go versions: {} before, {} after", runs[0].version, runs[run].version));
    return;
  }
}

}  // namespace

std::vector<Check> TraceChecks(const std::vector<BudgetedTrace>& runs, Sides sides, const GateRules& rules,
                               std::vector<std::string>& notes) {
  std::vector<Check> checks;
  NoteVersions(runs, sides, notes);
  for (size_t index = 0; index < rules.budgets.size(); ++index) {
    const Budget& budget = rules.budgets[index];
    if (!IsAboutTraces(budget.subject)) continue;
    const Measured measured = MeasuredOf(runs, sides, index);
    if (measured.after.empty()) {
      notes.push_back(
          fmt::format("budget {}: {}", budget.name,
                      runs.empty() ? "is about traces, and there are none" : "nothing in the traces is meant by it"));
    } else if (IsFact(budget.subject)) {
      checks.push_back(CheckFact(budget, runs, sides, index, measured));
    } else {
      AddMeasured(checks, budget, measured, rules, notes);
    }
  }
  return checks;
}

}  // namespace analysis
