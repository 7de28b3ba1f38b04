#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string_view>

#include "analysis/trace/trace_summary.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::TableColumn;
using model::Value;
using model::ValueObject;

constexpr model::GoState kShownStates[] = {model::GoState::kRunning, model::GoState::kRunnable, model::GoState::kWaiting,
                                           model::GoState::kSyscall};

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

template <class Map>
Value ObjectOf(const Map& map) {
  ValueObject object;
  for (const auto& [name, value] : map) object.emplace_back(name, value);
  return object;
}

uint64_t Total(const std::map<std::string, uint64_t>& counts) {
  uint64_t total = 0;
  for (const auto& [name, count] : counts) total += count;
  return total;
}

// "8 checkout, 8 payment, 1 refund", most first.
std::string CountsText(const std::map<std::string, uint64_t>& counts, size_t shown) {
  std::vector<std::pair<std::string, uint64_t>> rows(counts.begin(), counts.end());
  std::ranges::stable_sort(rows, std::ranges::greater(), &std::pair<std::string, uint64_t>::second);
  std::string text;
  for (size_t i = 0; i < std::min(rows.size(), shown); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", model::FormatCount(rows[i].second),
                        rows[i].first.empty() ? "(no name)" : rows[i].first);
  }
  if (rows.size() > shown) text += fmt::format(" and {} more", rows.size() - shown);
  return text;
}

std::string WallText(int64_t unix_ns) {
  const std::time_t seconds = unix_ns / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc);
  return fmt::format("{}.{:03} UTC", text, unix_ns / 1'000'000 % 1000);
}

std::string Answer(const TraceSummary& summary) {
  const uint64_t blocked = Total(summary.blocked_at_end);
  return fmt::format("{} of a {}: {} goroutines ({} ended, {} still waiting) on {} procs and {} threads.",
                     Ns(summary.duration_ns), summary.version, model::FormatCount(summary.goroutines),
                     model::FormatCount(summary.goroutines_ended), model::FormatCount(blocked), summary.procs,
                     summary.threads);
}

model::Fields Facts(const TraceSummary& summary) {
  model::Fields fields;
  const auto add = [&](const char* key, const char* label, Value value, const char* unit = "") {
    fields.rows.push_back({.key = key, .label = label, .value = std::move(value), .unit = unit});
  };
  add("version", "", summary.version);
  add("duration_ns", "", summary.duration_ns, "nanoseconds");
  add("goroutines", "", summary.goroutines);
  add("goroutines_ended", "", summary.goroutines_ended);
  add("procs", "", summary.procs);
  add("threads", "", summary.threads);
  if (summary.begin_wall_ns != 0) {
    add("", "begins", WallText(summary.begin_wall_ns));
    add("begin_unix_ns", "", summary.begin_wall_ns);
  }
  if (summary.gomaxprocs != 0) add("gomaxprocs", "GOMAXPROCS", summary.gomaxprocs);
  if (summary.heap_peak_bytes != 0) add("heap_peak_bytes", "highest heap", summary.heap_peak_bytes, "bytes");
  add("event_count", "events", summary.event_count, "count");
  add("generations", "generations", summary.generations, "count");
  add("tasks_open", "", summary.tasks_open);
  add("regions_open", "", summary.regions_open);
  add("cpu_samples", "CPU samples", summary.events[static_cast<size_t>(model::EventKind::kCpuSample)], "count");
  const auto named = [&](const char* label, const std::map<std::string, uint64_t>& counts, uint64_t open) {
    if (counts.empty()) return;
    add("", label, CountsText(counts, 8) + (open == 0 ? "" : fmt::format("; {} not over at the end", open)));
  };
  named("tasks", summary.tasks_begun, summary.tasks_open);
  named("regions", summary.regions_begun, summary.regions_open);
  named("logs", summary.logs, 0);
  named("experiments", summary.experiments, 0);
  return fields;
}

model::Table OpenWaitTable(const TraceSummary& summary, size_t rows_shown) {
  model::Table table{.key = "open_waits",
                     .title = "Waiting at the end",
                     .columns = {{.key = "count", .label = "goroutines", .unit = "count"},
                                 {.key = "longest_ns", .label = "longest so far", .unit = "nanoseconds"},
                                 {.key = "total_ns", .label = "together", .unit = "nanoseconds"},
                                 {.key = "resource", .label = "for"},
                                 {.key = "at", .label = "at"},
                                 {.key = "start", .label = "started as"},
                                 {.key = "reason", .label = "reason", .show = false}},
                     .rows_shown = rows_shown,
                     .empty_text = "No goroutine was waiting at the end."};
  for (const OpenWaits& wait : summary.open_waits) {
    table.rows.push_back({wait.count, wait.longest_ns, wait.total_ns, wait.resource, wait.at, wait.start, wait.reason});
  }
  return table;
}

model::Table StateTable(const TraceSummary& summary) {
  model::Table table{.title = "Time of all goroutines, by state",
                     .columns = {{.label = "in intervals that ended", .unit = "nanoseconds"},
                                 {.label = "not over at the end", .unit = "nanoseconds"},
                                 {.label = "state"}}};
  for (const model::GoState state : kShownStates) {
    const auto row = static_cast<size_t>(state);
    table.rows.push_back({summary.state_ns[row], summary.open_ns[row], model::Name(state)});
  }
  return table;
}

model::Table WaitTable(const TraceSummary& summary, size_t rows_shown) {
  model::Table table{.title = "Waits that ended, by the reason the trace has",
                     .columns = {{.label = "time", .unit = "nanoseconds"}, {.label = "reason"}},
                     .rows_shown = rows_shown,
                     .empty_text = "No wait ended in this trace."};
  for (const auto& [reason, ns] : summary.wait_ns_by_reason) {
    table.rows.push_back({ns, reason.empty() ? "(began before the trace)" : reason});
  }
  std::ranges::stable_sort(table.rows, [](const auto& a, const auto& b) {
    return std::get<int64_t>(a[0].kind()) > std::get<int64_t>(b[0].kind());
  });
  return table;
}

model::Table StartTable(const TraceSummary& summary, size_t rows_shown) {
  model::Table table{.title = "Goroutines created, by start function",
                     .columns = {{.label = "goroutines", .unit = "count"}, {.label = "function"}},
                     .rows_shown = rows_shown,
                     .empty_text = "No goroutine was created in this trace."};
  for (const auto& [name, count] : summary.goroutines_created_by_start_func) {
    table.rows.push_back({count, name.empty() ? "(no stack)" : name});
  }
  std::ranges::stable_sort(table.rows, [](const auto& a, const auto& b) {
    return std::get<uint64_t>(a[0].kind()) > std::get<uint64_t>(b[0].kind());
  });
  return table;
}

model::Table RangeTable(const TraceSummary& summary) {
  model::Table table{.key = "ranges",
                     .title = "Garbage collection and stops of the world",
                     .columns = {{.key = "count", .label = "times", .unit = "count"},
                                 {.key = "total_ns", .label = "together", .unit = "nanoseconds"},
                                 {.key = "longest_ns", .label = "longest", .unit = "nanoseconds"},
                                 {.key = "name", .label = "what"}},
                     .empty_text = "None in this trace."};
  for (const auto& [name, range] : summary.ranges)
    table.rows.push_back({range.count, range.total_ns, range.longest_ns, name});
  return table;
}

void AddData(const TraceSummary& summary, std::vector<model::Block>& blocks) {
  const auto add = [&](const char* key, Value value) { blocks.emplace_back(model::Data{key, std::move(value)}); };
  add("tasks_begun", ObjectOf(summary.tasks_begun));
  add("regions_begun", ObjectOf(summary.regions_begun));
  add("logs", ObjectOf(summary.logs));
  add("experiments", ObjectOf(summary.experiments));
  add("goroutines_created_by_start_func", ObjectOf(summary.goroutines_created_by_start_func));
  add("blocked_at_end", ObjectOf(summary.blocked_at_end));
  add("wait_ns_by_reason", ObjectOf(summary.wait_ns_by_reason));
  ValueObject closed, open, events;
  for (const model::GoState state : kShownStates) {
    closed.emplace_back(model::Name(state), summary.state_ns[static_cast<size_t>(state)]);
    open.emplace_back(model::Name(state), summary.open_ns[static_cast<size_t>(state)]);
  }
  for (size_t kind = 0; kind < model::kEventKindCount; ++kind) {
    if (summary.events[kind] != 0)
      events.emplace_back(model::Name(static_cast<model::EventKind>(kind)), summary.events[kind]);
  }
  add("state_ns", std::move(closed));
  add("open_ns", std::move(open));
  add("events", std::move(events));
}

}  // namespace

model::Report SummaryReport(const TraceSummary& summary, size_t rows_shown) {
  model::Report report{.title = "summary", .answer = Answer(summary)};
  report.blocks.emplace_back(Facts(summary));
  report.blocks.emplace_back(OpenWaitTable(summary, rows_shown));
  report.blocks.emplace_back(StateTable(summary));
  report.blocks.emplace_back(WaitTable(summary, rows_shown));
  report.blocks.emplace_back(StartTable(summary, rows_shown));
  report.blocks.emplace_back(RangeTable(summary));
  AddData(summary, report.blocks);
  return report;
}

}  // namespace analysis
