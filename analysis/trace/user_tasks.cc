#include "analysis/trace/user_tasks.h"

#include <algorithm>
#include <unordered_map>

#include "analysis/trace/task_id.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

class Finder {
 public:
  Finder(model::EventSource& source, const TaskOptions& options)
      : source_(source), options_(options), task_id_(TaskIdIn(options.task)), spans_(source) {}

  UserTasks Find() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    for (auto& [id, task] : open_) FinishOpen(task);
    for (auto& [goroutine, regions] : regions_) {
      for (const Region& region : regions) {
        if (region.is_asked && Takes(region.type)) ++found_.regions[Text(region.type)].open, ++found_.matched;
      }
    }
    std::ranges::stable_sort(found_.unfinished, {}, &UserTask::begin);
    if (found_.unfinished.size() > UserTasks::kUnfinished) found_.unfinished.resize(UserTasks::kUnfinished);
    found_.trace_begin = spans_.begin();
    found_.trace_end = spans_.end();
    return std::move(found_);
  }

 private:
  struct Region {
    model::TaskId task;
    model::StringId type;
    model::Time begin;
    StateTimes before;  // of the goroutine, until it began
    bool is_asked = true;
  };

  std::string Text(model::StringId id) const { return std::string(source_.symbols().text(id)); }
  bool Takes(model::StringId type) const { return options_.type.empty() || source_.symbols().text(type) == options_.type; }
  bool TakesDuration(int64_t ns) const {
    return (!options_.min_ns || ns >= *options_.min_ns) && (!options_.max_ns || ns <= *options_.max_ns);
  }

  bool IsAsked(const Event& begin) const {
    const int64_t at = begin.time - spans_.begin();
    if ((options_.from_ns && at < *options_.from_ns) || (options_.to_ns && at > *options_.to_ns)) return false;
    return options_.goroutines.empty() ||
           std::ranges::find(options_.goroutines, begin.goroutine) != options_.goroutines.end();
  }
  bool AsksForPart() const {
    return options_.from_ns || options_.to_ns || !options_.goroutines.empty() || !options_.task.empty() ||
           !options_.region.empty();
  }
  bool IsTask(model::TaskId id, model::StringId type) const {
    return options_.task.empty() || (task_id_ ? id == *task_id_ : source_.symbols().text(type) == options_.task);
  }
  bool IsRegion(model::StringId type) const {
    return options_.region.empty() || source_.symbols().text(type) == options_.region;
  }
  // Is it of the type, and in the task, that is asked for?
  bool IsRegionAsked(const Event& begin) const {
    if (!IsRegion(begin.name) || !IsAsked(begin)) return false;
    if (options_.task.empty()) return true;
    const auto task = open_.find(static_cast<model::TaskId>(begin.subject));
    return task != open_.end() && IsTask(task->first, task->second.type);
  }

  void See(const Event& event) {
    const StateSpan* span = spans_.See(event);
    if (span != nullptr) times_[span->goroutine].Add(span->state, span->duration());
    switch (event.kind) {
      case EventKind::kTaskBegin:
        return BeginTask(event);
      case EventKind::kTaskEnd:
        return EndTask(event);
      case EventKind::kRegionBegin:
        return BeginRegion(event);
      case EventKind::kRegionEnd:
        return EndRegion(event);
      case EventKind::kLog:
        return SeeLog(event);
      case EventKind::kGoroutineState:
        if (event.to == GoState::kNotExist) EndGoroutine(event);
        return;
      default:
        return;
    }
  }

  // What the goroutine's time went into until now, the present span too.
  StateTimes TimesOf(model::GoroutineId goroutine, model::Time now) {
    StateTimes times = times_[goroutine];
    if (const StateSpan* span = spans_.current(goroutine)) times.Add(span->state, now - span->begin);
    return times;
  }

  void BeginTask(const Event& event) {
    UserTask task{.id = static_cast<model::TaskId>(event.subject),
                  .type = event.name,
                  .parent = event.parent_task,
                  .goroutine = event.goroutine,
                  .begin = event.time,
                  .end = event.time,
                  .is_open = true,
                  .is_asked = IsAsked(event) && IsTask(static_cast<model::TaskId>(event.subject), event.name),
                  .logs = {}};
    open_.try_emplace(task.id, std::move(task));
  }

  void EndTask(const Event& event) {
    const auto id = static_cast<model::TaskId>(event.subject);
    const auto at = open_.find(id);
    if (at == open_.end()) {  // begun before the trace: how long it took is not known
      if (!Takes(event.name) || options_.only_unfinished || !options_.log.empty() || AsksForPart()) return;
      ++found_.tasks[Text(event.name)].ended;
      ++found_.matched;
      return;
    }
    UserTask task = std::move(at->second);
    open_.erase(at);
    task.end = event.time;
    task.is_open = false;
    if (options_.only_unfinished || !IsTaskAsked(task)) return;
    ++found_.matched;
    TaskType& type = Count(task);
    ++type.ended;
    type.durations.Add(task.duration());
    const auto place = std::ranges::upper_bound(found_.slowest, task.duration(), std::greater(), &UserTask::duration);
    found_.slowest.insert(place, std::move(task));
    if (found_.slowest.size() > UserTasks::kSlowest) found_.slowest.pop_back();
  }

  void FinishOpen(UserTask& task) {
    task.end = spans_.end();
    if (!IsTaskAsked(task)) return;
    ++found_.matched;
    ++Count(task).open;
    found_.unfinished.push_back(std::move(task));
  }

  // Of one that is over, or as long as the trace shows it.
  bool IsTaskAsked(const UserTask& task) const {
    return task.is_asked && Takes(task.type) && TakesDuration(task.duration()) && HasLog(task) &&
           (options_.region.empty() || task.had_region);
  }

  TaskType& Count(const UserTask& task) {
    TaskType& type = found_.tasks[Text(task.type)];
    ++type.begun;
    type.in_regions.Add(task.in_regions);
    for (const Event& log : task.logs) ++type.logs[log.name];
    return type;
  }

  bool HasLog(const UserTask& task) const {
    if (options_.log.empty()) return true;
    return std::ranges::any_of(task.logs, [&](const Event& log) {
      return source_.symbols().text(log.text).find(options_.log) != std::string_view::npos ||
             source_.symbols().text(log.name).find(options_.log) != std::string_view::npos;
    });
  }

  void SeeLog(const Event& event) {
    ++found_.logs[Text(event.name)];
    const auto at = open_.find(static_cast<model::TaskId>(event.subject));
    if (at == open_.end()) {
      found_.logs_without_task += event.subject <= 0;
    } else if (at->second.logs.size() < UserTask::kLogsKept) {
      at->second.logs.push_back(event);
    }
  }

  void BeginRegion(const Event& event) {
    const bool is_asked = IsRegionAsked(event);
    const auto task = open_.find(static_cast<model::TaskId>(event.subject));
    if (task != open_.end() && IsRegion(event.name)) task->second.had_region = true;
    regions_[event.goroutine].push_back({.task = static_cast<model::TaskId>(event.subject),
                                         .type = event.name,
                                         .begin = event.time,
                                         .before = TimesOf(event.goroutine, event.time),
                                         .is_asked = is_asked});
    if (Takes(event.name) && is_asked) ++found_.regions[Text(event.name)].begun;
  }

  void EndRegion(const Event& event) {
    std::vector<Region>& stack = regions_[event.goroutine];
    const auto at = std::find_if(stack.rbegin(), stack.rend(), [&](const Region& region) {
      return region.type == event.name && region.task == static_cast<model::TaskId>(event.subject);
    });
    if (at == stack.rend()) {
      if (Takes(event.name) && !AsksForPart()) {
        RegionType& type = found_.regions[Text(event.name)];
        ++type.began_before;
        ++type.ended;
        ++found_.matched;
      }
      return;
    }
    const Region region = *at;
    stack.erase(std::next(at).base());
    CloseRegion(region, stack, TimesOf(event.goroutine, event.time), event.time);
  }

  void CloseRegion(const Region& region, const std::vector<Region>& outer, const StateTimes& now, model::Time time) {
    const StateTimes times = now.Minus(region.before);
    const bool is_inner = std::ranges::any_of(outer, [&](const Region& other) { return other.task == region.task; });
    const auto task = open_.find(region.task);
    if (!is_inner && task != open_.end()) task->second.in_regions.Add(times);
    if (!region.is_asked || !Takes(region.type)) return;
    RegionType& type = found_.regions[Text(region.type)];
    ++type.ended;
    if (!TakesDuration(time - region.begin) || options_.only_unfinished) return;
    ++found_.matched;
    type.durations.Add(time - region.begin);
    type.times.Add(times);
  }

  // Regions that the goroutine left open are never ended; they stay counted as such.
  void EndGoroutine(const Event& event) {
    const auto at = regions_.find(event.subject);
    if (at != regions_.end()) {
      for (const Region& region : at->second) {
        if (region.is_asked && Takes(region.type)) ++found_.regions[Text(region.type)].open, ++found_.matched;
      }
      regions_.erase(at);
    }
    times_.erase(event.subject);
  }

  model::EventSource& source_;
  const TaskOptions& options_;
  std::optional<model::TaskId> task_id_;  // where options_.task is a number
  StateSpans spans_;
  std::unordered_map<model::GoroutineId, StateTimes> times_;
  std::map<model::TaskId, UserTask> open_;
  std::unordered_map<model::GoroutineId, std::vector<Region>> regions_;
  UserTasks found_;
};

}  // namespace

void StateTimes::Add(GoState state, int64_t ns) {
  switch (state) {
    case GoState::kRunning:
      running += ns;
      return;
    case GoState::kRunnable:
      runnable += ns;
      return;
    case GoState::kWaiting:
      waiting += ns;
      return;
    case GoState::kSyscall:
      syscall += ns;
      return;
    default:
      return;
  }
}

void StateTimes::Add(const StateTimes& other) {
  running += other.running;
  runnable += other.runnable;
  waiting += other.waiting;
  syscall += other.syscall;
}

StateTimes StateTimes::Minus(const StateTimes& other) const {
  return {.running = running - other.running,
          .runnable = runnable - other.runnable,
          .waiting = waiting - other.waiting,
          .syscall = syscall - other.syscall};
}

UserTasks FindUserTasks(model::EventSource& source, const TaskOptions& options) { return Finder(source, options).Find(); }

}  // namespace analysis
