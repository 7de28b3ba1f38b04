#include <fmt/format.h>

#include <algorithm>

#include "analysis/duration_histogram.h"
#include "analysis/trace/user_tasks.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

const std::vector<model::TableColumn> kCommon = {{"begun", "begun", "count"},
                                                 {"ended", "ended", "count"},
                                                 {"open", "open", "count"},
                                                 {"total_ns", "", "nanoseconds", false},
                                                 {"mean_ns", "mean", "nanoseconds"},
                                                 {"p50_ns", "p50", "nanoseconds"},
                                                 {"p90_ns", "p90", "nanoseconds"},
                                                 {"p99_ns", "p99", "nanoseconds"},
                                                 {"max_ns", "max", "nanoseconds"},
                                                 {"running_ns", "running", "nanoseconds"},
                                                 {"runnable_ns", "ready", "nanoseconds"},
                                                 {"waiting_ns", "waiting", "nanoseconds"},
                                                 {"syscall_ns", "syscall", "nanoseconds"},
                                                 {"histogram", "", "", false}};

template <class Type>
model::ValueList Common(const Type& type, const StateTimes& times) {
  const DurationDistribution& d = type.durations;
  // Where none has ended, nobody knows how long they take.
  const auto known = [&](int64_t ns) { return d.count() == 0 ? model::Value(nullptr) : model::Value(ns); };
  return {type.begun,
          type.ended,
          type.open,
          d.total(),
          known(d.mean()),
          known(d.Percentile(0.5)),
          known(d.Percentile(0.9)),
          known(d.Percentile(0.99)),
          known(d.max()),
          times.running,
          times.runnable,
          times.waiting,
          times.syscall,
          HistogramValue(d)};
}

class Writer {
 public:
  Writer(const UserTasks& tasks, const model::EventSource& source, size_t rows_shown)
      : tasks_(tasks), source_(source), rows_shown_(rows_shown) {}

  model::Report Write() {
    model::Report report{.title = "tasks", .answer = Answer()};
    report.blocks.emplace_back(model::Data{"trace_ns", tasks_.trace_end - tasks_.trace_begin});
    report.blocks.emplace_back(Types());
    report.blocks.emplace_back(Regions());
    AddHistogram(report, "How long tasks took", "task", tasks_.tasks);
    AddHistogram(report, "How long regions took", "region", tasks_.regions);
    report.blocks.emplace_back(Tasks("slowest", "Longest tasks", tasks_.slowest));
    report.blocks.emplace_back(Tasks("unfinished", "Not ended in the trace", tasks_.unfinished));
    model::Table logs{.key = "logs", .title = "Logs", .rows_shown = rows_shown_};
    logs.columns = {{"count", "count", "count"}, {"category", "category", ""}};
    for (const auto& [category, count] : tasks_.logs) logs.rows.push_back({count, category});
    if (!logs.rows.empty()) report.blocks.emplace_back(std::move(logs));
    return report;
  }

 private:
  std::string_view Text(model::StringId id) const { return source_.symbols().text(id); }

  std::string Answer() const {
    if (tasks_.tasks.empty() && tasks_.regions.empty()) return "The trace has no tasks and no regions.";
    uint64_t begun = 0, open = 0;
    for (const auto& [name, type] : tasks_.tasks) begun += type.begun, open += type.open;
    std::string text = fmt::format("{} task{} of {} type{}, {} not ended", model::FormatCount(begun), begun == 1 ? "" : "s",
                                   tasks_.tasks.size(), tasks_.tasks.size() == 1 ? "" : "s", open);
    if (!tasks_.slowest.empty()) {
      const UserTask& worst = tasks_.slowest[0];
      text += fmt::format("; the longest, {} {}, took {}", Text(worst.type), worst.id, Ns(worst.duration()));
    }
    return text + ".";
  }

  // The types that took longest in all come first.
  template <class Types>
  void AddHistogram(model::Report& report, const char* title, const char* label, const Types& types) const {
    NamedDurations named;
    for (const auto& [name, type] : types) {
      if (type.durations.count() != 0) named.emplace_back(name, &type.durations);
    }
    std::ranges::stable_sort(named, std::greater(), [](const auto& row) { return row.second->total(); });
    if (!named.empty()) report.blocks.emplace_back(HistogramTable(title, label, named, rows_shown_));
  }

  model::Table Types() const {
    model::Table table{.key = "tasks",
                       .title = "Tasks (states: of goroutines in their regions)",
                       .columns = kCommon,
                       .rows_shown = rows_shown_};
    table.columns.push_back({"type", "task", ""});
    table.columns.push_back({"logs", "", "", false});
    for (const auto& [name, type] : tasks_.tasks) {
      model::ValueObject logs;
      for (const auto& [category, count] : type.logs) logs.emplace_back(std::string(Text(category)), count);
      table.rows.push_back(Common(type, type.in_regions));
      table.rows.back().emplace_back(name);
      table.rows.back().emplace_back(std::move(logs));
    }
    return table;
  }

  model::Table Regions() const {
    model::Table table{.key = "regions", .title = "Regions", .columns = kCommon, .rows_shown = rows_shown_};
    table.columns.push_back({"type", "region", ""});
    table.columns.push_back({"began_before", "", "count", false});
    for (const auto& [name, type] : tasks_.regions) {
      table.rows.push_back(Common(type, type.times));
      table.rows.back().emplace_back(name);
      table.rows.back().emplace_back(type.began_before);
    }
    return table;
  }

  model::Table Tasks(const char* key, const char* title, const std::vector<UserTask>& rows) const {
    model::Table table{.key = key, .title = title, .rows_shown = std::min<size_t>(rows_shown_, 10), .empty_text = "none"};
    table.columns = {{"duration_ns", "for", "nanoseconds"},
                     {"begin_ns", "at", "nanoseconds"},
                     {"task", "task", ""},
                     {"type", "type", ""},
                     {"parent", "", "", false},
                     {"goroutine", "g", ""},
                     {"logs", "", "", false},
                     {"logged", "logged", ""}};
    for (const UserTask& task : rows) {
      model::ValueList logs;
      std::string logged;
      for (const model::Event& log : task.logs) {
        logs.emplace_back(
            model::ValueObject{{"at_ns", log.time - task.begin}, {"category", Text(log.name)}, {"text", Text(log.text)}});
        if (logs.size() <= 3) logged += fmt::format("{}{}: {}", logged.empty() ? "" : "; ", Text(log.name), Text(log.text));
      }
      table.rows.push_back({task.duration(), task.begin - tasks_.trace_begin, task.id, Text(task.type), task.parent,
                            task.goroutine, std::move(logs), std::move(logged)});
    }
    return table;
  }

  const UserTasks& tasks_;
  const model::EventSource& source_;
  size_t rows_shown_;
};

}  // namespace

model::Report TasksReport(const UserTasks& tasks, const model::EventSource& source, size_t rows_shown) {
  return Writer(tasks, source, rows_shown).Write();
}

}  // namespace analysis
