#include <fmt/format.h>

#include <algorithm>

#include "analysis/trace/gc_cycles.h"
#include "model/units.h"

namespace analysis {
namespace {

constexpr double kShares[] = {0.001, 0.01, 0.05};
constexpr int64_t kWorstWindow = 10'000'000;
constexpr size_t kWorstShown = 5;

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

std::string Answer(const GcCycles& gc) {
  if (gc.cycles.empty()) return fmt::format("The collector did not run in these {}.", Ns(gc.trace_ns));
  int64_t stopped = 0, longest = 0;
  for (const auto& [kind, stops] : gc.stops) {
    if (kind.find("GC") == std::string::npos) continue;
    stopped += stops.total();
    longest = std::max(longest, stops.max());
  }
  return fmt::format(
      "{} collections in {}; the world was stopped for {} (longest {}); the program had {:.1f}% of the procs, in its "
      "worst 10ms {:.1f}%.",
      gc.cycles.size(), Ns(gc.trace_ns), Ns(stopped), Ns(longest), gc.utilisation.Mean() * 100,
      gc.utilisation.Minimum(kWorstWindow) * 100);
}

// 1, 2, 5 x powers of ten from 10 us up to the trace's length.
std::vector<int64_t> Windows(int64_t trace_ns) {
  std::vector<int64_t> windows;
  for (int64_t power = 10'000; power <= trace_ns && power < int64_t{1} << 60; power *= 10) {
    for (const int64_t factor : {1, 2, 5}) {
      if (power * factor <= trace_ns) windows.push_back(power * factor);
    }
  }
  return windows;
}

model::Table Curve(const GcCycles& gc) {
  model::Table table{.key = "mmu", .title = "Procs left to the program, in the worst window of a length"};
  table.columns = {{"window_ns", "window", "nanoseconds"},
                   {"minimum", "worst", "ratio"},
                   {"p99_9", "p99.9", "ratio"},
                   {"p99", "p99", "ratio"},
                   {"p95", "p95", "ratio"}};
  for (const int64_t window : Windows(gc.trace_ns)) {
    const auto quantiles = gc.utilisation.Quantiles(window, kShares);
    table.rows.push_back({window, gc.utilisation.Minimum(window), quantiles[0], quantiles[1], quantiles[2]});
  }
  table.chart = {.x = "window_ns", .y = {"minimum", "p99", "p95"}, .is_log_x = true};
  return table;
}

model::Table Distributions(const char* key, const char* title, const char* name,
                           const std::map<std::string, DurationDistribution>& rows) {
  model::Table table{.key = key, .title = title, .empty_text = "none"};
  table.columns = {{"count", "count", "count"},      {"total_ns", "total", "nanoseconds"}, {"p50_ns", "p50", "nanoseconds"},
                   {"p99_ns", "p99", "nanoseconds"}, {"max_ns", "max", "nanoseconds"},     {name, name, ""}};
  for (const auto& [text, d] : rows)
    table.rows.push_back({d.count(), d.total(), d.Percentile(0.5), d.Percentile(0.99), d.max(), text});
  std::ranges::stable_sort(table.rows, std::greater(),
                           [](const model::ValueList& row) { return std::get<int64_t>(row[1].kind()); });
  return table;
}

}  // namespace

model::Report GcReport(const GcCycles& gc, size_t rows_shown) {
  model::Report report{.title = "garbage collection", .answer = Answer(gc)};
  report.blocks.emplace_back(model::Fields{{{"cycles", "collections", uint64_t{gc.cycles.size()}, "count"},
                                            {"assists", "assists", gc.assists.count(), "count"},
                                            {"assist_ns", "assist time", gc.assists.total(), "nanoseconds"},
                                            {"sweeps", "", gc.sweeps.count(), "count"},
                                            {"sweep_ns", "sweep time in goroutines", gc.sweeps.total(), "nanoseconds"},
                                            {"heap_max_bytes", "most heap", gc.heap_max, "bytes"},
                                            {"heap_goal_max_bytes", "highest goal", gc.goal_max, "bytes"},
                                            {"mean_utilisation", "", gc.utilisation.Mean(), "ratio"},
                                            {"trace_ns", "", gc.trace_ns, "nanoseconds"}}});
  report.blocks.emplace_back(Distributions("stops", "World stopped, by kind", "kind", gc.stops));
  if (!gc.utilisation.empty()) {
    report.blocks.emplace_back(Curve(gc));
    model::Table worst{.key = "worst_windows", .title = "Worst 10ms", .empty_text = "none"};
    worst.columns = {{"begin_ns", "at", "nanoseconds"}, {"utilisation", "left to the program", "ratio"}};
    for (const UtilisationWindow& row : gc.utilisation.Worst(kWorstWindow, kWorstShown)) {
      worst.rows.push_back({row.begin - gc.trace_begin, row.mean});
    }
    report.blocks.emplace_back(std::move(worst));
  }
  report.blocks.emplace_back(
      Distributions("assists_by_start", "Assists, by what the goroutine was started with", "start", gc.assists_by_start));
  model::Table cycles{.key = "gc_cycles", .title = "Collections", .rows_shown = rows_shown, .empty_text = "none"};
  cycles.columns = {{"begin_ns", "at", "nanoseconds"},
                    {"mark_ns", "marking", "nanoseconds"},
                    {"stopped_ns", "stopped", "nanoseconds"},
                    {"assists", "assists", "count"},
                    {"assist_ns", "assist time", "nanoseconds"},
                    {"heap_bytes", "heap", "bytes"},
                    {"began_before", "", "", false},
                    {"is_open", "", "", false}};
  cycles.chart = {.x = "begin_ns", .y = {"heap_bytes"}};
  for (const GcCycle& row : gc.cycles) {
    cycles.rows.push_back({row.begin - gc.trace_begin, row.end - row.begin, row.stopped_ns, row.assists, row.assist_ns,
                           row.heap_at_begin, row.began_before, row.is_open});
  }
  report.blocks.emplace_back(std::move(cycles));
  return report;
}

}  // namespace analysis
