#include "analysis/trace/gc_cycles.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "analysis/trace/goroutine_ranges.h"
#include "analysis/trace/state_spans.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;

class Finder {
 public:
  Finder(model::EventSource& source, const UtilisationOptions& counted, const TraceFilterOptions& window)
      : source_(source), window_(window), spans_(source), utilisation_(counted, source) {
    gc_.counted = counted;
  }

  GcCycles Find() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    if (!gc_.cycles.empty() && gc_.cycles.back().is_open) gc_.cycles.back().end = spans_.end();
    gc_.trace_begin = spans_.begin();
    const model::Time from = spans_.begin() + window_.from_ns.value_or(0);
    const model::Time to = std::min(spans_.end(), window_.to_ns ? spans_.begin() + *window_.to_ns : spans_.end());
    gc_.trace_ns = std::max<int64_t>(0, to - from);
    std::erase_if(gc_.cycles, [&](const GcCycle& cycle) { return cycle.end < from || cycle.begin > to; });
    std::vector<UtilisationFunction> functions = utilisation_.Finish();
    if (window_.from_ns || window_.to_ns) {
      for (UtilisationFunction& function : functions) CutTo(function, from, to);
    }
    gc_.utilisation = UtilisationCurve(std::move(functions));
    return std::move(gc_);
  }

 private:
  bool IsInWindow(model::Time time) const {
    const int64_t at = time - spans_.begin();
    return at >= window_.from_ns.value_or(0) && (!window_.to_ns || at <= *window_.to_ns);
  }

  void See(const Event& event) {
    spans_.See(event);
    utilisation_.See(event);
    if (const auto range = ranges_.See(event)) SeeEnded(*range, event.time);
    switch (event.kind) {
      case EventKind::kRangeBegin:
      case EventKind::kRangeActive:
        return Begin(event);
      case EventKind::kRangeEnd:
        return End(event);
      case EventKind::kMetric:
        return SeeMetric(event);
      default:
        return;
    }
  }

  void Begin(const Event& event) {
    const std::string_view name = source_.symbols().text(event.name);
    const bool was_on = event.kind == EventKind::kRangeActive;
    if (name.starts_with("stop-the-world")) {
      stopped_since_.try_emplace(event.name, was_on ? spans_.begin() : event.time);
    } else if (name == "GC concurrent mark phase") {
      if (!gc_.cycles.empty() && gc_.cycles.back().is_open) return;  // said again in each generation
      gc_.cycles.push_back({.begin = event.time,
                            .began_before = was_on,
                            .is_open = true,
                            .stopped_ns = stopped_before_,
                            .heap_at_begin = heap_});
      stopped_before_ = 0;
    }
  }

  void End(const Event& event) {
    const std::string_view name = source_.symbols().text(event.name);
    if (name == "GC concurrent mark phase") {
      if (gc_.cycles.empty() || !gc_.cycles.back().is_open) return;
      gc_.cycles.back().is_open = false;
      gc_.cycles.back().end = event.time;
      return;
    }
    const auto at = stopped_since_.find(event.name);
    if (at == stopped_since_.end()) return;
    const int64_t ns = event.time - at->second;
    stopped_since_.erase(at);
    if (IsInWindow(event.time)) gc_.stops[std::string(name)].Add(ns);
    if (name.find("GC mark termination") != std::string_view::npos && !gc_.cycles.empty()) {
      gc_.cycles.back().stopped_ns += ns;
    } else if (name.find("GC sweep termination") != std::string_view::npos) {
      // Marking begins while the world is still stopped.
      if (!gc_.cycles.empty() && gc_.cycles.back().is_open) {
        gc_.cycles.back().stopped_ns += ns;
      } else {
        stopped_before_ = ns;
      }
    }
  }

  void SeeEnded(const GoroutineRanges::Ended& range, model::Time now) {
    const std::string_view name = source_.symbols().text(range.name);
    if (!IsInWindow(now)) return;
    if (name == "GC incremental sweep") gc_.sweeps.Add(now - range.begin);
    if (name != "GC mark assist") return;
    gc_.assists.Add(now - range.begin);
    const GoroutineOrigin* origin = spans_.origin(range.goroutine);
    const std::string_view start = origin == nullptr ? "" : source_.symbols().function_name(origin->start);
    gc_.assists_by_start[start.empty() ? "(no stack was recorded)" : std::string(start)].Add(now - range.begin);
    if (gc_.cycles.empty()) return;
    ++gc_.cycles.back().assists;
    gc_.cycles.back().assist_ns += now - range.begin;
  }

  void SeeMetric(const Event& event) {
    const std::string_view name = source_.symbols().text(event.name);
    if (name == "/memory/classes/heap/objects:bytes") {
      heap_ = event.value;
      gc_.heap_max = std::max(gc_.heap_max, heap_);
    } else if (name == "/gc/heap/goal:bytes" && event.value < uint64_t{1} << 62) {  // above: no goal
      gc_.goal_max = std::max(gc_.goal_max, event.value);
    }
  }

  model::EventSource& source_;
  const TraceFilterOptions& window_;
  StateSpans spans_;
  UtilisationBuilder utilisation_;
  GoroutineRanges ranges_;
  std::unordered_map<model::StringId, model::Time> stopped_since_;
  int64_t stopped_before_ = 0;
  uint64_t heap_ = 0;
  GcCycles gc_;
};

}  // namespace

GcCycles FindGcCycles(model::EventSource& source, const UtilisationOptions& counted, const TraceFilterOptions& window) {
  return Finder(source, counted, window).Find();
}

}  // namespace analysis
