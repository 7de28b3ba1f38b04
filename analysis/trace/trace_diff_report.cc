#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/trace/trace_diff.h"
#include "model/units.h"

namespace analysis {
namespace {

// "12.3ms/s": time spent in each second recorded.
std::string PerSecond(double share) { return model::FormatValue(std::llround(share * 1e9), "nanoseconds") + "/s"; }

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

std::string Times(double ratio) {
  if (!std::isfinite(ratio)) return "from nothing";
  return ratio >= 1 ? fmt::format("{:.1f} times as much", ratio) : fmt::format("{:.0f} % less", 100 * (1 - ratio));
}

std::string What(const MeasureRow& row) {
  switch (row.kind) {
    case MeasureKind::kGoroutines:
      return "running " + row.name;
    case MeasureKind::kWaits:
      return "waiting: " + row.name;
    case MeasureKind::kSites:
      return "waiting: " + row.name;
    case MeasureKind::kLatency:
      return row.name == "all" ? "ready, without a proc" : "ready, without a proc: " + row.name;
    case MeasureKind::kSyscalls:
      return "system calls in " + row.name;
    case MeasureKind::kTasks:
      return "task " + row.name;
    case MeasureKind::kRegions:
      return "region " + row.name;
    case MeasureKind::kCollector:
      return row.name;
    default:
      return "log " + row.name;
  }
}

std::string Change(const MeasureRow& row) {
  const auto& [before, after] = std::pair(row.before, row.after);
  if (row.change == MeasureChange::kNew) return "new: " + PerSecond(after.time_share);
  if (row.change == MeasureChange::kGone) return "gone: was " + PerSecond(before.time_share);
  if (row.compared == "mean")
    return fmt::format("{} -> {} each, {}", Ns(before.mean_ns), Ns(after.mean_ns), Times(row.ratio));
  if (row.compared == "count") {
    return fmt::format("{:.1f}/s -> {:.1f}/s, {}", before.count_per_s, after.count_per_s, Times(row.ratio));
  }
  return fmt::format("{} -> {}, {}", PerSecond(before.time_share), PerSecond(after.time_share), Times(row.ratio));
}

model::Value Side(const MeasureSide& side) {
  return model::ValueObject{{"count", side.count},           {"open", side.open},       {"count_per_s", side.count_per_s},
                            {"time_share", side.time_share}, {"mean_ns", side.mean_ns}, {"p50_ns", side.p50_ns},
                            {"p99_ns", side.p99_ns},         {"max_ns", side.max_ns}};
}

std::string Answer(const TraceDiff& diff, size_t changed) {
  if (changed == 0) {
    return fmt::format("Nothing changed beyond noise: {} things compared over {} and {}.",
                       model::FormatCount(diff.rows.size()), Ns(diff.before_ns), Ns(diff.after_ns));
  }
  return fmt::format("{} of {} things changed beyond noise; most: {} ({}).", changed, model::FormatCount(diff.rows.size()),
                     What(diff.rows[0]), Change(diff.rows[0]));
}

}  // namespace

model::Report TraceDiffReport(const TraceDiff& diff, size_t rows_shown) {
  const auto changed = static_cast<size_t>(
      std::ranges::count_if(diff.rows, [](const auto& row) { return row.change != MeasureChange::kSame; }));
  model::Report report{.title = "trace diff", .answer = Answer(diff, changed), .found = changed > 0};
  report.blocks.emplace_back(model::Paragraph{
      diff.is_by_runs
          ? fmt::format("{} recordings against {}: a change counts from {:.0f} % on.", diff.before_runs, diff.after_runs,
                        100 * diff.min_change)
          : fmt::format("Fewer than {} recordings a side: held against how each varies while it runs, not from run to run. "
                        "A change counts from {:.0f} % on.",
                        kRunsEnough, 100 * diff.min_change)});
  report.blocks.emplace_back(model::Fields{{{"before_runs", "", static_cast<uint64_t>(diff.before_runs), "count"},
                                            {"after_runs", "", static_cast<uint64_t>(diff.after_runs), "count"},
                                            {"before_ns", "", diff.before_ns, "nanoseconds"},
                                            {"after_ns", "", diff.after_ns, "nanoseconds"},
                                            {"changed", "", static_cast<uint64_t>(changed), "count"},
                                            {"compared_by", "", diff.is_by_runs ? "recordings" : "stretches", ""},
                                            {"min_change", "", diff.min_change, "ratio"}}});
  model::Table shown{.title = "Changed beyond noise", .rows_shown = rows_shown, .empty_text = "nothing"};
  shown.columns = {{"what", "what", ""}, {"change", "change", ""}, {"p", "p", ""}};
  model::ValueList rows;
  for (const MeasureRow& row : diff.rows) {
    if (row.change != MeasureChange::kSame) {
      shown.rows.push_back({What(row), Change(row), fmt::format("{:.2g}", row.p_value)});
    }
    rows.emplace_back(
        model::ValueObject{{"kind", std::string(Name(row.kind))},
                           {"name", row.name},
                           {"status", std::string(Name(row.change))},
                           {"p_value", row.compared.empty() ? model::Value(nullptr) : model::Value(row.p_value)},
                           {"compared", row.compared},
                           {"ratio", std::isfinite(row.ratio) ? model::Value(row.ratio) : model::Value(nullptr)},
                           {"before", Side(row.before)},
                           {"after", Side(row.after)}});
  }
  report.blocks.emplace_back(std::move(shown));
  report.blocks.emplace_back(model::Data{"rows", std::move(rows)});
  return report;
}

}  // namespace analysis
