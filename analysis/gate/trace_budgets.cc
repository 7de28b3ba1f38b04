#include "analysis/gate/trace_budgets.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>

#include "analysis/deadlock/deadlock.h"
#include "analysis/trace/contention.h"
#include "analysis/trace/gc_cycles.h"
#include "analysis/trace/scheduler_latency.h"
#include "analysis/trace/user_tasks.h"
#include "model/input_error.h"

namespace analysis {
namespace {

using Open = std::function<std::unique_ptr<model::EventSource>()>;
using Subject = Budget::Subject;

// The spread of a percentile from one trace: half the distance between the order statistics that enclose it in 19 of 20
// cases.
double PercentileVariance(const DurationDistribution& durations, double share) {
  const auto n = static_cast<double>(durations.count());
  const double step = 1.96 * std::sqrt(share * (1 - share) / n);
  const auto low = static_cast<double>(durations.Percentile(std::max(0.0, share - step)));
  const auto high = static_cast<double>(durations.Percentile(std::min(1.0, share + step)));
  const double half = std::max((high - low) / 2, static_cast<double>(durations.max() - durations.min()) / n) / 1.96;
  return half * half;
}

std::optional<BudgetMeasure> Percentile(const DurationDistribution& durations, double share) {
  if (durations.count() == 0) return std::nullopt;
  return BudgetMeasure{.value = static_cast<double>(durations.Percentile(share)),
                       .variance = PercentileVariance(durations, share),
                       .count = durations.count(),
                       .durations = durations.Ascending()};
}

std::optional<BudgetMeasure> OfTaskOrRegion(const UserTasks& tasks, const Budget& budget) {
  if (budget.subject == Subject::kTask) {
    const auto at = tasks.tasks.find(budget.pattern);
    return at == tasks.tasks.end() ? std::nullopt : Percentile(at->second.durations, budget.percentile);
  }
  const auto at = tasks.regions.find(budget.pattern);
  return at == tasks.regions.end() ? std::nullopt : Percentile(at->second.durations, budget.percentile);
}

// Goroutines in findings of that verdict.
BudgetMeasure OfVerdict(const deadlock::Result& result, deadlock::Verdict verdict, const std::string& name) {
  BudgetMeasure measure;
  for (const deadlock::Finding& finding : result.findings) {
    if (finding.verdict == verdict) measure.count += finding.goroutines.size();
  }
  measure.value = static_cast<double>(measure.count);
  if (measure.count > 0) measure.found = deadlock::MakeReport(result, name).answer;
  return measure;
}

bool IsNamed(const ContentionClass& row, const RE2& expression, const model::Symbols& symbols) {
  const auto is_at = [&](const ContentionSite& site) {
    return std::ranges::any_of(symbols.lines(site.where), [&](const model::Line& line) {
      const std::string_view function = symbols.function_name(line.function);
      return RE2::PartialMatch({function.data(), function.size()}, expression);
    });
  };
  return std::ranges::any_of(row.waiters, is_at) || std::ranges::any_of(row.holders, is_at);
}

// Time that goroutines lost waiting for locks; waits are taken for exponential, as in SamplingError.
std::optional<BudgetMeasure> OfContention(const Contention& contention, const model::Symbols& symbols,
                                          const Budget& budget) {
  const RE2 expression(budget.pattern, RE2::Quiet);
  if (!expression.ok())
    throw model::UsageError(fmt::format("budget {}: contention = {}: {}", budget.name, budget.pattern, expression.error()));
  BudgetMeasure measure;
  const bool is_all = budget.pattern == "contention";
  bool is_met = is_all;
  for (const ContentionClass& row : contention.classes) {
    if (!IsLock(row.resource)) continue;
    if (!is_all && !IsNamed(row, expression, symbols)) continue;
    is_met = true;
    const auto total = static_cast<double>(row.total_ns());
    measure.value += total;
    measure.count += row.count();
    if (row.count() > 0) measure.variance += 2 * total * total / static_cast<double>(row.count());
  }
  if (!is_met) return std::nullopt;
  return measure;
}

BudgetMeasure OfCollector(const GcCycles& gc) {
  BudgetMeasure measure{.value = 1 - gc.utilisation.Mean(), .count = gc.cycles.size()};
  if (gc.cycles.empty()) measure.value = 0;
  measure.variance = measure.value * measure.value / std::max(1.0, static_cast<double>(measure.count));
  return measure;
}

template <class Analyse>
auto ReadOnce(const Open& open, BudgetedTrace& run, Analyse analyse) {
  const auto source = open();
  auto result = analyse(*source);
  run.version = source->info().version;
  return result;
}

// The analyses of one trace, each run when the first budget asks for it.
class Analyses {
 public:
  Analyses(BudgetedTrace& run, const Open& open) : run_(run), open_(open) {}

  std::optional<BudgetMeasure> Answer(const Budget& budget) {
    switch (budget.subject) {
      case Subject::kDeadlock:
        return OfVerdict(Stuck(), deadlock::Verdict::kDeadlock, run_.name);
      case Subject::kLeak:
        return OfVerdict(Stuck(), deadlock::Verdict::kLeak, run_.name);
      case Subject::kTask:
      case Subject::kRegion:
        if (!tasks_) tasks_ = ReadOnce(open_, run_, [](model::EventSource& source) { return FindUserTasks(source, {}); });
        return OfTaskOrRegion(*tasks_, budget);
      case Subject::kLatency:
        if (!latency_) {
          latency_ = ReadOnce(open_, run_, [](model::EventSource& source) {
            TraceFilter all({}, source);
            return MeasureLatency(source, all);
          });
        }
        return Percentile(latency_->all, budget.percentile);
      case Subject::kCollector:
        if (!gc_) gc_ = ReadOnce(open_, run_, [](model::EventSource& source) { return FindGcCycles(source, {}); });
        return OfCollector(*gc_);
      case Subject::kContention: {
        const auto source = open_();
        TraceFilter all({}, *source);
        const Contention contention = FindContention(*source, all);
        return OfContention(contention, source->symbols(), budget);
      }
      default:
        return std::nullopt;
    }
  }

 private:
  const deadlock::Result& Stuck() {
    if (!stuck_) {
      stuck_source_ = open_();  // the result's ids point into its tables
      stuck_ = deadlock::Analyse(*stuck_source_);
      run_.version = stuck_source_->info().version;
    }
    return *stuck_;
  }
  BudgetedTrace& run_;
  const Open& open_;
  std::unique_ptr<model::EventSource> stuck_source_;
  std::optional<deadlock::Result> stuck_;
  std::optional<UserTasks> tasks_;
  std::optional<SchedulerLatency> latency_;
  std::optional<GcCycles> gc_;
};

}  // namespace

bool IsAboutTraces(Budget::Subject subject) { return subject >= Subject::kDeadlock; }

BudgetedTrace MeasureForBudgets(std::string name, const Open& open, const std::vector<Budget>& budgets) {
  BudgetedTrace run{.name = std::move(name)};
  Analyses analyses(run, open);
  for (const Budget& budget : budgets) run.measures.push_back(analyses.Answer(budget));
  return run;
}

}  // namespace analysis
