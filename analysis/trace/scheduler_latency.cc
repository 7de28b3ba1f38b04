#include "analysis/trace/scheduler_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/duration_histogram.h"
#include "analysis/frame_text.h"
#include "analysis/trace/recent_runs.h"
#include "analysis/trace/wait_site.h"
#include "model/id_map.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::GoState;

// What made a goroutine ready.
enum class Cause : uint8_t { kOlder, kCreated, kUnknown, kWoken, kLeftSyscall, kGaveWay, kPreempted };
constexpr std::array kCauses = {"before the trace",   "created",  "unknown",  "woken",
                                "left a system call", "gave way", "preempted"};

class Meter {
 public:
  Meter(model::EventSource& source, TraceFilter& filter) : source_(source), filter_(filter), spans_(source) {}

  SchedulerLatency TraceMeasure() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const model::Event& event : batch) See(event);
    }
    for (const StateSpan& span : spans_.Open()) See(span);
    for (size_t cause = 0; cause < kCauses.size(); ++cause) {
      if (by_cause_[cause].count() != 0) latency_.by_cause[kCauses[cause]] = std::move(by_cause_[cause]);
    }
    latency_.trace_begin = spans_.begin();
    latency_.trace_ns = spans_.end() - spans_.begin();
    return std::move(latency_);
  }

 private:
  void See(const model::Event& event) {
    filter_.See(event);
    const StateSpan* span = spans_.See(event);
    if (span != nullptr) See(*span);
    if (event.kind != model::EventKind::kGoroutineState) return;

    if (event.to == GoState::kRunning) {
      const GoroutineOrigin* origin = spans_.origin(event.subject);
      runs_.SeeBegin(event.proc, event.subject, origin == nullptr ? model::FunctionId() : origin->start, event.time);
    }
  }

  void See(const StateSpan& span) {
    const GoroutineOrigin* origin = spans_.origin(span.goroutine);
    const model::FunctionId start = origin == nullptr ? model::FunctionId() : origin->start;
    if (span.state == GoState::kRunning && span.proc != model::kNoProc) runs_.SeeEnd(span, start);
    const std::span<const StateSpan> parts = filter_.Cut(span, origin);
    if (span.state != GoState::kRunnable) {
      Remember(span);
      return;
    }
    for (const StateSpan& part : parts) Count(part, start, origin);
  }

  void Remember(const StateSpan& span) {
    const auto goroutine = static_cast<uint64_t>(span.goroutine);
    GoState* const before = before_.Find(goroutine);
    if (spans_.has_ended(span.goroutine)) {
      if (before != nullptr) before_.Erase(goroutine);
    } else if (before != nullptr) {
      *before = span.state;
    } else {
      before_.Add(goroutine, span.state);
    }
  }

  void Count(const StateSpan& span, model::FunctionId start, const GoroutineOrigin* origin) {
    const int64_t ns = span.duration();
    latency_.all.Add(ns);
    latency_.open += span.is_open;
    by_cause_[static_cast<size_t>(CauseOf(span, origin))].Add(ns);
    LatencyRow& row = latency_.over_time.At(span.end);
    row.Add({.count = 1, .total = ns, .max = ns});
    if (!span.is_open && span.proc != model::kNoProc) latency_.by_proc[span.proc].Add(ns);
    KeepWorst(span, start);
  }

  Cause CauseOf(const StateSpan& span, const GoroutineOrigin* origin) {
    if (span.began_before) return Cause::kOlder;
    const GoState* before = before_.Find(static_cast<uint64_t>(span.goroutine));
    if (before == nullptr) return origin != nullptr && origin->is_created_in_trace ? Cause::kCreated : Cause::kUnknown;
    if (*before == GoState::kWaiting) return Cause::kWoken;
    if (*before == GoState::kSyscall) return Cause::kLeftSyscall;
    return span.reason == model::BlockReason::kYield ? Cause::kGaveWay : Cause::kPreempted;
  }

  void KeepWorst(const StateSpan& span, model::FunctionId start) {
    auto& worst = latency_.worst;
    if (worst.size() == kWorstLatencies && worst.back().span.duration() >= span.duration()) return;
    LatencyMoment moment{.span = span, .start = start};
    for (const auto& [function, ns] : runs_.Within(span.begin, span.end)) {
      const std::string_view name = source_.symbols().function_name(function);
      moment.instead.push_back({.start_function = name.empty() ? "(no stack was recorded)" : std::string(name), .ns = ns});
    }
    std::ranges::sort(moment.instead, [](const auto& a, const auto& b) {
      return std::pair(-a.ns, a.start_function) < std::pair(-b.ns, b.start_function);
    });
    moment.procs_ns = static_cast<int64_t>(runs_.procs()) * span.duration();
    const auto shorter = [](const LatencyMoment& a, const LatencyMoment& b) {
      return a.span.duration() > b.span.duration();
    };
    worst.insert(std::ranges::upper_bound(worst, moment, shorter), std::move(moment));
    if (worst.size() > kWorstLatencies) worst.pop_back();
  }

  model::EventSource& source_;
  TraceFilter& filter_;
  StateSpans spans_;
  RecentRuns runs_;
  SchedulerLatency latency_;
  std::array<DurationDistribution, kCauses.size()> by_cause_;
  model::IdMap<GoState> before_;  // by goroutine: the state of its span before the present one
};

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

std::string Instead(const LatencyMoment& moment) {
  std::string text;
  int64_t ran = 0;
  for (const auto& row : moment.instead) ran += row.ns;
  for (size_t i = 0; i < std::min<size_t>(moment.instead.size(), 2); ++i) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", moment.instead[i].start_function, Ns(moment.instead[i].ns));
  }
  const double idle = 1 - static_cast<double>(ran) / static_cast<double>(std::max<int64_t>(moment.procs_ns, 1));
  if (idle > 0.05) text += fmt::format("{}procs without a goroutine {:.0f}%", text.empty() ? "" : ", ", idle * 100);
  return text;
}

const std::vector<model::TableColumn> kDistribution = {
    {"count", "count", "count"},         {"total_ns", "total", "nanoseconds"}, {"mean_ns", "mean", "nanoseconds"},
    {"p50_ns", "p50", "nanoseconds"},    {"p90_ns", "p90", "nanoseconds"},     {"p99_ns", "p99", "nanoseconds"},
    {"p999_ns", "p99.9", "nanoseconds"}, {"max_ns", "max", "nanoseconds"}};

model::ValueList Row(const DurationDistribution& d, model::Value name) {
  return {d.count(),          d.total(),           d.mean(), d.Percentile(0.5), d.Percentile(0.9),
          d.Percentile(0.99), d.Percentile(0.999), d.max(),  std::move(name)};
}

model::Table DistributionTable(const char* key, const char* title, const char* name_key, const char* label) {
  model::Table table{.key = key, .title = title, .columns = kDistribution};
  table.columns.push_back({name_key, label, ""});
  return table;
}

model::Table WorstTable(const SchedulerLatency& latency, const model::EventSource& source, size_t rows_shown) {
  WaitSites sites(source);
  model::Table table{
      .key = "worst", .title = "Longest, and what ran instead", .rows_shown = rows_shown, .empty_text = "none"};
  table.columns = {{"duration_ns", "for", "nanoseconds"},
                   {"begin_ns", "at", "nanoseconds"},
                   {"goroutine", "g", ""},
                   {"start", "started with", ""},
                   {"site", "goes on in", ""},
                   {"is_open", "", "", false},
                   {"instead", "instead", ""}};
  for (const LatencyMoment& moment : latency.worst) {
    const model::StackId call = sites.CallOf(moment.span.stack);
    table.rows.push_back(
        {moment.span.duration(), moment.span.begin - latency.trace_begin, moment.span.goroutine,
         std::string(source.symbols().function_name(moment.start)),
         call == model::StackTrie::root() ? "" : FrameText(source.symbols(), source.stacks().location(call)),
         moment.span.is_open, Instead(moment)});
  }
  return table;
}

}  // namespace

void LatencyRow::Add(const LatencyRow& other) {
  count += other.count;
  total += other.total;
  max = std::max(max, other.max);
}

SchedulerLatency MeasureLatency(model::EventSource& source, TraceFilter& filter) {
  return Meter(source, filter).TraceMeasure();
}

model::Report LatencyReport(const SchedulerLatency& latency, const model::EventSource& source, size_t rows_shown) {
  const DurationDistribution& all = latency.all;
  model::Report report{.title = "scheduler latency"};
  report.answer =
      all.count() == 0
          ? "No goroutine waited for a proc."
          : fmt::format("Ready goroutines got to run after {} in the median, {} at p99, {} at worst ({} times in {}).",
                        Ns(all.Percentile(0.5)), Ns(all.Percentile(0.99)), Ns(all.max()), model::FormatCount(all.count()),
                        Ns(latency.trace_ns));
  report.blocks.emplace_back(model::Fields{{{"count", "", all.count(), "count"},
                                            {"open", "", latency.open, "count"},
                                            {"total_ns", "", all.total(), "nanoseconds"},
                                            {"mean_ns", "", all.mean(), "nanoseconds"},
                                            {"p50_ns", "", all.Percentile(0.5), "nanoseconds"},
                                            {"p90_ns", "", all.Percentile(0.9), "nanoseconds"},
                                            {"p99_ns", "", all.Percentile(0.99), "nanoseconds"},
                                            {"p999_ns", "", all.Percentile(0.999), "nanoseconds"},
                                            {"max_ns", "", all.max(), "nanoseconds"},
                                            {"trace_ns", "", latency.trace_ns, "nanoseconds"}}});
  report.blocks.emplace_back(WorstTable(latency, source, rows_shown));
  if (all.count() != 0)
    report.blocks.emplace_back(HistogramTable("How long ready goroutines waited", "", {{"", &all}}, SIZE_MAX));
  model::Table causes = DistributionTable("by_cause", "By what made it ready", "cause", "cause");
  for (const auto& [cause, d] : latency.by_cause) causes.rows.push_back(Row(d, cause));
  report.blocks.emplace_back(std::move(causes));
  model::Table procs = DistributionTable("by_proc", "By the proc that ran it", "proc", "proc");
  procs.rows_shown = rows_shown;
  for (const auto& [proc, d] : latency.by_proc) procs.rows.push_back(Row(d, proc));
  report.blocks.emplace_back(std::move(procs));
  model::Table times{.key = "over_time", .title = "Over time", .rows_shown = rows_shown};
  times.columns = {{"begin_ns", "from", "nanoseconds"},
                   {"count", "count", "count"},
                   {"mean_ns", "mean", "nanoseconds"},
                   {"max_ns", "max", "nanoseconds"}};
  times.chart = {.x = "begin_ns", .y = {"max_ns", "mean_ns"}, .is_bars = true};
  int64_t at = latency.over_time.begin() - latency.trace_begin;
  for (const LatencyRow& row : latency.over_time.rows()) {
    times.rows.push_back({at, row.count, row.count == 0 ? 0 : row.total / static_cast<int64_t>(row.count), row.max});
    at += latency.over_time.width();
  }
  report.blocks.emplace_back(std::move(times));
  report.blocks.emplace_back(model::Data{"histogram", HistogramValue(all)});
  return report;
}

}  // namespace analysis
