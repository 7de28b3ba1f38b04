#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/trace/goroutine_groups.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

const char* Heading(GroupBy by) {
  constexpr const char* kHeadings[] = {"started with", "created by", "state at the end", "label"};
  return kHeadings[static_cast<size_t>(by)];
}

model::Value Percentiles(const DurationDistribution& d) {
  return model::ValueObject{{"total_ns", d.total()},       {"mean_ns", d.mean()},          {"p50_ns", d.Percentile(0.5)},
                            {"p90_ns", d.Percentile(0.9)}, {"p99_ns", d.Percentile(0.99)}, {"max_ns", d.max()}};
}

model::Value ByName(const std::map<model::StringId, int64_t>& times, const model::Symbols& symbols) {
  std::map<std::string, int64_t> sorted;
  for (const auto& [name, ns] : times) sorted[std::string(symbols.text(name))] += ns;
  model::ValueObject object;
  for (const auto& [name, ns] : sorted) object.emplace_back(name, ns);
  return object;
}

model::Value Examples(const GoroutineGroup& group) {
  model::ValueList list;
  for (const GoroutineExample& row : group.longest) {
    list.emplace_back(
        model::ValueObject{{"goroutine", row.goroutine}, {"total_ns", row.total}, {"running_ns", row.running}});
  }
  return list;
}

int64_t InRange(const GoroutineGroup& group, const model::Symbols& symbols, std::string_view name) {
  for (const auto& [id, ns] : group.times.in_range) {
    if (symbols.text(id) == name) return ns;
  }
  return 0;
}

// "24 started with main.serve", "18 ended", "3 Waiting [recv] at the end".
std::string Counted(GroupBy by, const GoroutineGroup& group) {
  const std::string count = model::FormatCount(group.count);
  if (by == GroupBy::kState) return fmt::format("{} {}{}", count, group.name, group.name == "ended" ? "" : " at the end");
  if (by == GroupBy::kLabel) return fmt::format("{} with {}", count, group.name == "(no label)" ? "no label" : group.name);
  return fmt::format("{} {} {}", count, Heading(by), group.name);
}

std::string Answer(const GoroutineGroups& groups) {
  if (groups.groups.empty()) return "No goroutines.";
  const GoroutineGroup& largest = groups.groups[0];
  return fmt::format("{} goroutine{} of {} kind{} in {}; {} ended. Most of one kind: {}.",
                     model::FormatCount(groups.goroutines), groups.goroutines == 1 ? "" : "s", groups.groups.size(),
                     groups.groups.size() == 1 ? "" : "s", Ns(groups.trace_ns), model::FormatCount(groups.ended),
                     Counted(groups.by, largest));
}

model::ValueObject StatesAtEnd(const GoroutineGroup& group) {
  model::ValueObject states;
  for (const auto& [state, count] : group.states_at_end) states.emplace_back(state, count);
  return states;
}

std::string MostAtEnd(const GoroutineGroup& group) {
  const std::pair<const std::string, uint64_t>* most = nullptr;
  for (const auto& row : group.states_at_end) {
    if (most == nullptr || row.second > most->second) most = &row;
  }
  return most == nullptr ? "" : fmt::format("{} {}", model::FormatCount(most->second), most->first);
}

// For people: the JSON has the same in each group. What one goroutine did alone has no percentiles.
model::Table ByState(const GoroutineGroups& groups, size_t rows_shown) {
  model::Table table{.title = "A goroutine's time in each state, of kinds with several", .rows_shown = rows_shown};
  table.columns = {{"p50_ns", "p50", "nanoseconds"}, {"p90_ns", "p90", "nanoseconds"},     {"p99_ns", "p99", "nanoseconds"},
                   {"max_ns", "max", "nanoseconds"}, {"total_ns", "total", "nanoseconds"}, {"state", "state", ""},
                   {"name", Heading(groups.by), ""}};
  for (const GoroutineGroup& group : groups.groups) {
    if (group.count < 2) continue;
    const std::pair<const char*, const DurationDistribution*> states[] = {
        {"running", &group.running}, {"ready", &group.runnable}, {"waiting", &group.waiting}, {"syscall", &group.syscall}};
    for (const auto& [state, d] : states) {
      if (d->total() == 0) continue;
      table.rows.push_back(
          {d->Percentile(0.5), d->Percentile(0.9), d->Percentile(0.99), d->max(), d->total(), state, group.name});
    }
  }
  return table;
}

// The same for what was waited for.
model::Table ByReason(const GoroutineGroups& groups, const model::Symbols& symbols, size_t rows_shown) {
  model::Table table{.title = "Waiting, by reason", .rows_shown = rows_shown};
  table.columns = {{"total_ns", "total", "nanoseconds"}, {"reason", "reason", ""}, {"name", Heading(groups.by), ""}};
  for (const GoroutineGroup& group : groups.groups) {
    std::vector<std::pair<int64_t, std::string>> reasons;
    for (const auto& [name, ns] : group.times.by_reason) {
      const std::string_view reason = symbols.text(name);
      reasons.emplace_back(-ns, reason.empty() ? "not told" : std::string(reason));
    }
    std::ranges::sort(reasons);
    for (const auto& [ns, reason] : reasons) table.rows.push_back({-ns, reason, group.name});
  }
  return table;
}

}  // namespace

model::Report GroupsReport(const GoroutineGroups& groups, const model::EventSource& source, size_t rows_shown) {
  const model::Symbols& symbols = source.symbols();
  model::Table table{.key = "groups", .rows_shown = rows_shown, .empty_text = "none"};
  table.columns = {{"count", "count", "count"},
                   {"created", "", "count", false},
                   {"ended", "ended", "count"},
                   {"total_ns", "", "nanoseconds", false},
                   {"running_ns", "running", "nanoseconds"},
                   {"runnable_ns", "ready", "nanoseconds"},
                   {"waiting_ns", "waiting", "nanoseconds"},
                   {"syscall_ns", "syscall", "nanoseconds"},
                   {"syscall_without_proc_ns", "", "nanoseconds", false},
                   {"gc_assist_ns", "assist", "nanoseconds"},
                   {"median_ns", "median life", "nanoseconds"},
                   {"name", Heading(groups.by), ""},
                   {"state", "most at the end", ""},
                   {"states_at_end", "", "", false},
                   {"waiting_by_reason_ns", "", "", false},
                   {"ranges_ns", "", "", false},
                   {"total", "", "", false},
                   {"running", "", "", false},
                   {"runnable", "", "", false},
                   {"waiting", "", "", false},
                   {"syscall", "", "", false},
                   {"longest", "", "", false}};
  for (const GoroutineGroup& group : groups.groups) {
    const GoroutineTimes& times = group.times;
    table.rows.push_back({group.count,
                          group.created,
                          group.ended,
                          times.total,
                          times.running,
                          times.runnable,
                          times.waiting,
                          times.syscall,
                          times.syscall_without_proc,
                          InRange(group, symbols, "GC mark assist"),
                          group.total.Percentile(0.5),
                          group.name,
                          MostAtEnd(group),
                          StatesAtEnd(group),
                          ByName(times.by_reason, symbols),
                          ByName(times.in_range, symbols),
                          Percentiles(group.total),
                          Percentiles(group.running),
                          Percentiles(group.runnable),
                          Percentiles(group.waiting),
                          Percentiles(group.syscall),
                          Examples(group)});
  }
  model::Report report{.title = "goroutines", .answer = Answer(groups)};
  report.blocks.emplace_back(model::Fields{{{"goroutines", "", groups.goroutines, "count"},
                                            {"goroutines_ended", "", groups.ended, "count"},
                                            {"trace_ns", "", groups.trace_ns, "nanoseconds"}}});
  report.blocks.emplace_back(std::move(table));
  report.blocks.emplace_back(ByState(groups, rows_shown));
  report.blocks.emplace_back(ByReason(groups, symbols, rows_shown));
  return report;
}

}  // namespace analysis
