#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/duration_distribution.h"
#include "analysis/trace/state_spans.h"
#include "model/event_source.h"
#include "model/report.h"

// The program's own words for what it does: tasks, regions and logs of runtime/trace, by type, with how long they took and
// what the time of regions went into. Memory grows with types, open tasks and open regions.
namespace analysis {

struct StateTimes {
  int64_t running = 0;
  int64_t runnable = 0;
  int64_t waiting = 0;
  int64_t syscall = 0;

  void Add(model::GoState state, int64_t ns);
  void Add(const StateTimes& other);
  StateTimes Minus(const StateTimes& other) const;
};

struct TaskOptions {
  std::string type;  // only tasks and regions of this type
  std::optional<int64_t> min_ns, max_ns;
  std::string log;  // only tasks with a log whose category or text has this in it
  bool only_unfinished = false;
  std::optional<int64_t> from_ns, to_ns;       // only those that began then, since the trace's begin
  std::vector<model::GoroutineId> goroutines;  // only those that one of these began
  std::string task;                            // type or id: only these tasks, and regions in them
  std::string region;                          // type: only these regions, and tasks that had one
};

struct UserTask {
  model::TaskId id = 0;
  model::StringId type;
  model::TaskId parent = 0;
  model::GoroutineId goroutine = model::kNoGoroutine;  // that began it
  model::Time begin = 0;
  model::Time end = 0;
  bool is_open = false;            // not ended in the trace
  bool began_before = false;       // no begin in the trace
  bool is_asked = true;            // it began when and where the options say
  bool had_region = false;         // that is asked for
  StateTimes in_regions;           // of goroutines in its regions (outermost ones only)
  std::vector<model::Event> logs;  // at most kLogsKept
  static constexpr size_t kLogsKept = 32;

  int64_t duration() const { return end - begin; }
};

struct TaskType {
  uint64_t begun = 0, ended = 0, open = 0;
  DurationDistribution durations;  // of those that both began and ended in the trace
  StateTimes in_regions;
  std::map<model::StringId, uint64_t> logs;  // by category
};

struct RegionType {
  uint64_t begun = 0, ended = 0, open = 0;
  uint64_t began_before = 0;  // ended without a begin in the trace
  DurationDistribution durations;
  StateTimes times;
};

struct UserTasks {
  std::map<std::string, TaskType> tasks;
  std::map<std::string, RegionType> regions;
  std::map<std::string, uint64_t> logs;  // all, by category
  uint64_t logs_without_task = 0;
  std::vector<UserTask> slowest;     // ended, by duration
  std::vector<UserTask> unfinished;  // by begin
  uint64_t matched = 0;              // tasks and regions that passed the options
  model::Time trace_begin = 0;
  model::Time trace_end = 0;

  static constexpr size_t kSlowest = 100;
  static constexpr size_t kUnfinished = 1000;
};

UserTasks FindUserTasks(model::EventSource& source, const TaskOptions& options);
model::Report TasksReport(const UserTasks& tasks, const model::EventSource& source, size_t rows_shown);

}  // namespace analysis
