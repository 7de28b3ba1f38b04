#include "analysis/trace/trace_measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "analysis/frame_text.h"
#include "analysis/trace/goroutine_ranges.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/wait_site.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

class Measurer {
 public:
  Measurer(model::EventSource& source, const TraceWindow& window) : source_(source), spans_(source), sites_(source) {
    found_.window = window;
  }

  TraceMeasures Take() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    for (const StateSpan& span : spans_.Open()) SeeSpan(span);
    for (const auto& [id, task] : tasks_) Add(MeasureKind::kTasks, Text(task.name), task.begin, spans_.end(), true);
    for (const auto& [goroutine, regions] : regions_) {
      for (const Named& region : regions) Add(MeasureKind::kRegions, Text(region.name), region.begin, spans_.end(), true);
    }
    return std::move(found_);
  }

 private:
  struct Named {
    model::StringId name;
    int64_t task = 0;
    model::Time begin = 0;
  };

  std::string Text(model::StringId id) const { return std::string(source_.symbols().text(id)); }

  size_t BlockAt(int64_t at) const {
    const int64_t length = std::max<int64_t>(found_.window.length(), 1);
    const auto offset = static_cast<double>(at - found_.window.begin) / static_cast<double>(length);
    return std::min(static_cast<size_t>(offset * kBlocks), kBlocks - 1);
  }
  int64_t BlockBegin(size_t block) const {
    return found_.window.begin + found_.window.length() * static_cast<int64_t>(block) / static_cast<int64_t>(kBlocks);
  }

  bool Holds(int64_t at) const { return at >= found_.window.begin && at <= found_.window.end; }

  // Times of the trace's clock.
  void Add(MeasureKind kind, std::string name, model::Time begin_time, model::Time end_time, bool is_open) {
    const int64_t begin = begin_time - spans_.begin(), end = end_time - spans_.begin();
    if (end < found_.window.begin || begin > found_.window.end) return;
    TraceMeasure& row = found_.rows[{kind, std::move(name)}];
    Spend(row, begin, end);
    if (is_open || !Holds(end)) {
      ++row.open;
      return;
    }
    ++row.count;
    row.durations.Add(end - begin);
    MeasureBlock& block = row.blocks[BlockAt(end)];
    ++block.ended;
    block.ended_time += end - begin;
  }

  void Spend(TraceMeasure& row, int64_t begin, int64_t end) const {
    begin = std::max(begin, found_.window.begin);
    end = std::min(end, found_.window.end);
    if (begin >= end) return;
    row.time += end - begin;
    for (size_t block = BlockAt(begin); block < kBlocks && BlockBegin(block) < end; ++block) {
      const int64_t until = std::min(end, block + 1 == kBlocks ? end : BlockBegin(block + 1));
      row.blocks[block].time += std::max<int64_t>(0, until - std::max(begin, BlockBegin(block)));
    }
  }

  void CountAt(MeasureKind kind, std::string name, model::Time time) {
    const int64_t at = time - spans_.begin();
    if (!Holds(at)) return;
    TraceMeasure& row = found_.rows[{kind, std::move(name)}];
    ++row.count;
    ++row.blocks[BlockAt(at)].ended;
  }

  void See(const Event& event) {
    if (const StateSpan* span = spans_.See(event)) SeeSpan(*span);
    if (const auto range = ranges_.See(event); range && source_.symbols().text(range->name) == "GC mark assist") {
      Add(MeasureKind::kCollector, Text(range->name), range->begin, event.time, false);
    }
    switch (event.kind) {
      case EventKind::kGoroutineState:
        if (event.from == GoState::kNotExist) CountAt(MeasureKind::kGoroutines, StartOf(event.subject), event.time);
        return;
      case EventKind::kTaskBegin:
        tasks_.try_emplace(event.subject, Named{event.name, 0, event.time});
        return;
      case EventKind::kTaskEnd:
        return EndTask(event);
      case EventKind::kRegionBegin:
        regions_[event.goroutine].push_back({event.name, event.subject, event.time});
        return;
      case EventKind::kRegionEnd:
        return EndRegion(event);
      case EventKind::kLog:
        return CountAt(MeasureKind::kLogs, Text(event.name), event.time);
      case EventKind::kRangeBegin:
      case EventKind::kRangeActive:
      case EventKind::kRangeEnd:
        return SeeRange(event);
      default:
        return;
    }
  }

  std::string StartOf(model::GoroutineId goroutine) const {
    const GoroutineOrigin* origin = spans_.origin(goroutine);
    const std::string_view name = origin == nullptr ? "" : source_.symbols().function_name(origin->start);
    return name.empty() ? "(no stack was recorded)" : std::string(name);
  }

  // Goroutines of the runtime and the tracer are parked for as long as there is nothing to do: no cost to compare.
  bool IsOfRuntime(model::GoroutineId goroutine) const {
    const std::string start = StartOf(goroutine);
    return (start.starts_with("runtime.") && start != "runtime.main") || start.starts_with("runtime/trace.");
  }

  std::string Place(const StateSpan& span, std::string_view what) {
    const model::StackId call = sites_.Of(span.stack, span.reason).call;
    if (call == model::StackTrie::root()) return std::string(what);
    const std::string frame = FunctionOf(call);
    return what.empty() ? frame : fmt::format("{} in {}", what, frame);
  }

  // Without a line: lines move from one version of a program to the next.
  std::string FunctionOf(model::StackId call) const {
    const auto lines = source_.symbols().lines(source_.stacks().location(call));
    return lines.empty() ? "" : std::string(source_.symbols().function_name(lines.front().function));
  }

  void SeeSpan(const StateSpan& span) {
    const auto add = [&](MeasureKind kind, std::string name) {
      Add(kind, std::move(name), span.begin, span.end, span.is_open);
    };
    if (span.state == GoState::kRunning) {
      const std::string start = StartOf(span.goroutine);
      const int64_t begin = span.begin - spans_.begin(), end = span.end - spans_.begin();
      if (end >= found_.window.begin && begin <= found_.window.end) {
        Spend(found_.rows[{MeasureKind::kGoroutines, start}], begin, end);
      }
    } else if (span.state == GoState::kRunnable) {
      add(MeasureKind::kLatency, "all");
      add(MeasureKind::kLatency, StartOf(span.goroutine));
    } else if (span.state == GoState::kSyscall) {
      add(MeasureKind::kSyscalls, Place(span, ""));
    } else if (span.state == GoState::kWaiting && !IsOfRuntime(span.goroutine)) {
      const Resource resource = sites_.Of(span.stack, span.reason).resource;
      const std::string what = resource == Resource::kNone ? Text(span.reason_text) : Name(resource);
      add(MeasureKind::kWaits, what);
      add(MeasureKind::kSites, Place(span, what));
    }
  }

  void EndTask(const Event& event) {
    const auto at = tasks_.find(event.subject);
    if (at == tasks_.end()) return;
    Add(MeasureKind::kTasks, Text(at->second.name), at->second.begin, event.time, false);
    tasks_.erase(at);
  }

  void EndRegion(const Event& event) {
    const auto owner = regions_.find(event.goroutine);
    if (owner == regions_.end()) return;
    std::vector<Named>& open = owner->second;
    const auto at = std::find_if(open.rbegin(), open.rend(), [&](const Named& region) {
      return region.name == event.name && region.task == event.subject;
    });
    if (at == open.rend()) return;
    Add(MeasureKind::kRegions, Text(at->name), at->begin, event.time, false);
    open.erase(std::next(at).base());
    if (open.empty()) regions_.erase(owner);
  }

  void SeeRange(const Event& event) {
    const std::string name = Text(event.name);
    if (name != "GC concurrent mark phase" && !name.starts_with("stop-the-world")) return;
    if (event.kind != EventKind::kRangeEnd) {
      collector_.try_emplace(event.name, event.kind == EventKind::kRangeActive ? spans_.begin() : event.time);
      return;
    }
    const auto at = collector_.find(event.name);
    if (at == collector_.end()) return;
    Add(MeasureKind::kCollector, name, at->second, event.time, false);
    collector_.erase(at);
  }

  model::EventSource& source_;
  StateSpans spans_;
  WaitSites sites_;
  GoroutineRanges ranges_;
  std::map<int64_t, Named> tasks_;
  std::map<model::GoroutineId, std::vector<Named>> regions_;
  std::map<model::StringId, model::Time> collector_;
  TraceMeasures found_;
};

}  // namespace

const char* Name(MeasureKind kind) {
  constexpr const char* kNames[kMeasureKinds] = {"goroutines", "waits",   "sites",     "latency", "syscalls",
                                                 "tasks",      "regions", "collector", "logs"};
  return kNames[static_cast<size_t>(kind)];
}

TraceMeasures MeasureTrace(model::EventSource& source, const TraceWindow& window) { return Measurer(source, window).Take(); }

TraceExtent FindExtent(model::EventSource& source, const std::string& log) {
  TraceExtent found;
  std::optional<model::Time> begin;
  const auto names_it = [&](model::StringId id) { return source.symbols().text(id).find(log) != std::string_view::npos; };
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const Event& event : batch) {
      if (!begin) begin = event.time;
      const int64_t at = event.time - *begin;
      found.length = at;
      if (event.kind == EventKind::kSync && event.wall_ns != 0 && !found.begin_unix_ns)
        found.begin_unix_ns = event.wall_ns - at;
      if (event.kind != EventKind::kLog || log.empty() || found.marker) continue;
      if (names_it(event.name) || names_it(event.text)) found.marker = at;
    }
  }
  return found;
}

}  // namespace analysis
