#include "analysis/trace/critical_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/trace/path_graph.h"
#include "analysis/trace/path_history.h"
#include "analysis/trace/task_id.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;

constexpr size_t kLogsKept = 64;  // of one task

// What a path would be without a place is worked out for its longest ones, of at least this share.
constexpr size_t kPlacesWeighed = 12;
constexpr double kWeighedShare = 0.01;

using SumKey = std::tuple<model::StringId, model::GoState, Resource, model::LocationId>;

class Finder {
 public:
  Finder(model::EventSource& source, const PathTarget& target)
      : source_(source), target_(target), task_id_(TaskIdIn(target.task)), history_(source), sites_(source) {}

  CriticalPaths Find() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    if (target_.goroutine && has_goroutine_) {
      const GoroutineOrigin* origin = history_.spans().origin(*target_.goroutine);
      if (origin != nullptr)
        Finish(*target_.goroutine, *target_.goroutine, *target_.goroutine, origin->first_seen, history_.spans().end(), {});
    }
    return Result();
  }

 private:
  struct Open {
    model::GoroutineId goroutine;
    model::Time begin;
    std::vector<Event> logs;
    std::vector<int64_t> within;  // tasks inside of it
  };

  void See(const Event& event) {
    history_.See(event);
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
        return SeeGoroutine(event);
      case EventKind::kSync:
        return Forget(event.time);
      default:
        return;
    }
  }

  void SeeGoroutine(const Event& event) {
    if (!target_.goroutine || event.subject != *target_.goroutine) return;
    has_goroutine_ = true;
    if (event.to != model::GoState::kNotExist) return;
    has_goroutine_ = false;
    const GoroutineOrigin* origin = history_.spans().origin(event.subject);
    Finish(event.subject, event.subject, event.subject, origin->first_seen, event.time, {});
  }

  bool IsTarget(const Event& event) const {
    if (target_.task.empty()) return false;
    return task_id_ ? *task_id_ == static_cast<model::TaskId>(event.subject)
                    : source_.symbols().text(event.name) == target_.task;
  }

  void BeginTask(const Event& event) {
    task_types_.insert(event.name);
    if (IsTarget(event)) {
      tasks_.try_emplace(event.subject, Open{.goroutine = event.goroutine, .begin = event.time, .logs = {}, .within = {}});
    } else if (Open* outer = Outer(static_cast<int64_t>(event.parent_task))) {
      const auto parent = outer_of_.find(static_cast<int64_t>(event.parent_task));
      outer_of_[event.subject] = parent == outer_of_.end() ? static_cast<int64_t>(event.parent_task) : parent->second;
      outer->within.push_back(event.subject);
    }
  }

  // The task asked for that `task` is or lies in.
  Open* Outer(int64_t task) {
    const auto outer = outer_of_.find(task);
    const auto at = tasks_.find(outer == outer_of_.end() ? task : outer->second);
    return at == tasks_.end() ? nullptr : &at->second;
  }

  void SeeLog(const Event& event) {
    Open* outer = Outer(event.subject);
    if (outer != nullptr && outer->logs.size() < kLogsKept) outer->logs.push_back(event);
  }

  void EndTask(const Event& event) {
    const auto at = tasks_.find(event.subject);
    if (at == tasks_.end()) return;
    for (const int64_t task : at->second.within) outer_of_.erase(task);
    Finish(event.subject, at->second.goroutine, event.goroutine, at->second.begin, event.time, std::move(at->second.logs));
    tasks_.erase(at);
  }

  bool IsRegion(const Event& event) const {
    return !target_.region.empty() && source_.symbols().text(event.name) == target_.region;
  }

  void BeginRegion(const Event& event) {
    region_types_.insert(event.name);
    if (IsRegion(event)) regions_[event.goroutine].push_back(event.time);
  }

  void EndRegion(const Event& event) {
    const auto at = regions_.find(event.goroutine);
    if (!IsRegion(event) || at == regions_.end()) return;
    const model::Time begin = at->second.back();
    at->second.pop_back();
    if (at->second.empty()) regions_.erase(at);
    Finish(event.goroutine, event.goroutine, event.goroutine, begin, event.time, {});
  }

  void Finish(int64_t id, model::GoroutineId root, model::GoroutineId goroutine, model::Time begin, model::Time end,
              std::vector<Event> logs) {
    const model::Time zero = history_.spans().begin();
    if ((target_.from_ns && begin < zero + *target_.from_ns) || (target_.to_ns && end > zero + *target_.to_ns)) return;
    CriticalPath path{.id = id,
                      .begin = begin,
                      .end = end,
                      .parts = history_.WalkBack(root, goroutine, begin, end),
                      .logs = std::move(logs)};
    ++found_.count;
    found_.total_ns += path.duration();
    const std::vector<PathSaving> savings =
        Weigh(path, PathGraph(history_, root, goroutine, begin, end, [&](const auto& part) { return PlaceOf(part); }));
    const bool is_worst = !found_.worst || path.duration() > found_.worst->duration();
    if (is_worst) found_.worst = path, found_.savings = savings;
    if (target_.only_worst) {
      if (is_worst) sums_.clear(), Sum(savings);
      return;
    }
    Sum(savings);
    if (kept_.size() < CriticalPaths::kKept) kept_.push_back(std::move(path));
  }

  size_t PlaceOf(const PathPart& part) {
    const model::StackId call = sites_.CallOf(part.stack);
    const model::LocationId where = call == model::StackTrie::root() ? model::LocationId() : source_.stacks().location(call);
    return places_.try_emplace({part.region, part.state, part.resource, where}, places_.size()).first->second;
  }

  // Every place on the path; the short ones are only said to save no more than they take.
  std::vector<PathSaving> Weigh(const CriticalPath& path, const PathGraph& graph) {
    std::map<size_t, PathSaving> places;
    for (const PathPart& part : path.parts) {
      PathSaving& row = places[PlaceOf(part)];
      if (row.on_path_ns == 0 || part.duration() > row.example.duration()) row.example = part;
      row.on_path_ns += part.duration();
    }
    std::vector<std::pair<size_t, PathSaving>> rows(places.begin(), places.end());
    std::ranges::stable_sort(rows, std::greater(), [](const auto& row) { return row.second.on_path_ns; });
    std::vector<PathSaving> savings;
    for (auto& [place, row] : rows) {
      row.at_most_ns = row.if_all_needed_ns = row.on_path_ns;
      const bool is_long = static_cast<double>(row.on_path_ns) >= kWeighedShare * static_cast<double>(path.duration());
      if (is_long && savings.size() < kPlacesWeighed && graph.is_whole()) WeighPlace(path, graph, place, row);
      savings.push_back(row);
    }
    std::ranges::stable_sort(savings, std::greater(), &PathSaving::at_most_ns);
    return savings;
  }

  static void WeighPlace(const CriticalPath& path, const PathGraph& graph, size_t place, PathSaving& row) {
    const auto weigh = [&](Others others, int64_t& saving, int64_t bound, std::optional<PathPart>& instead) {
      const PathGraph::Times times = graph.Without(place, others);
      saving = path.end - PathGraph::End(times);
      if (saving < bound) instead = graph.DecidedBy(place, others, times, path.parts);
    };
    weigh(Others::kIgnored, row.at_most_ns, row.on_path_ns, row.then);
    weigh(Others::kNeeded, row.if_all_needed_ns, row.at_most_ns, row.other);
  }

  void Sum(const std::vector<PathSaving>& savings) {
    for (const PathSaving& row : savings) {
      PathSum& sum = sums_[PlaceOf(row.example)];
      if (sum.paths == 0 || row.example.duration() > sum.example.duration()) sum.example = row.example;
      ++sum.paths;
      sum.ns += row.on_path_ns;
      sum.at_most_ns += row.at_most_ns;
    }
  }

  void Forget(model::Time now) {
    model::Time earliest = now;
    for (const auto& [id, open] : tasks_) earliest = std::min(earliest, open.begin);
    for (const auto& [id, begins] : regions_) earliest = std::min(earliest, begins.front());
    if (!target_.goroutine) history_.ForgetBefore(earliest);
  }

  std::string Known() const {
    std::set<std::string_view> names;
    for (const model::StringId id : target_.region.empty() ? task_types_ : region_types_)
      names.insert(source_.symbols().text(id));
    std::string text;
    for (const std::string_view name : names) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
    return text.empty() ? "none" : text;
  }

  CriticalPaths Result() {
    found_.target = target_;
    found_.unfinished = tasks_.size();
    for (const auto& [id, begins] : regions_) found_.unfinished += begins.size();
    for (const auto& [key, place] : places_) {
      if (const auto sum = sums_.find(place); sum != sums_.end()) found_.sums.push_back(sum->second);
    }
    std::ranges::stable_sort(found_.sums, std::greater(), &PathSum::ns);
    if (!kept_.empty()) {
      const auto middle = kept_.begin() + static_cast<std::ptrdiff_t>((kept_.size() - 1) / 2);
      std::ranges::nth_element(kept_, middle, {},
                               [](const CriticalPath& path) { return std::pair(path.duration(), path.id); });
      found_.typical = *middle;
    }
    found_.trace_begin = history_.spans().begin();
    found_.known = Known();
    return std::move(found_);
  }

  model::EventSource& source_;
  PathTarget target_;
  std::optional<model::TaskId> task_id_;
  PathHistory history_;
  WaitSites sites_;
  bool has_goroutine_ = false;
  std::map<int64_t, Open> tasks_;
  std::map<int64_t, int64_t> outer_of_;  // tasks inside of one that is asked for
  std::map<model::GoroutineId, std::vector<model::Time>> regions_;
  std::map<SumKey, size_t> places_;  // numbered as they are met
  std::map<size_t, PathSum> sums_;
  std::vector<CriticalPath> kept_;
  std::set<model::StringId> task_types_, region_types_;
  CriticalPaths found_;
};

}  // namespace

CriticalPaths FindCriticalPaths(model::EventSource& source, const PathTarget& target) {
  return Finder(source, target).Find();
}

}  // namespace analysis
