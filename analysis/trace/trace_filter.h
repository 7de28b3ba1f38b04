#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analysis/trace/state_spans.h"
#include "model/event.h"
#include "model/event_source.h"

// Which part of a trace a question is about. Each part that is set narrows it further; what a filter never met is an error
// of the asker (a misspelt region must not look like a fast one), see Unmet().
//
// A goroutine works in a region from the region's begin to its end. It works for a task while it is in a region of that
// task, and from the task's begin to its end if it is the one that began it. Spans are cut at these moments.
namespace analysis {

struct TraceFilterOptions {
  std::optional<int64_t> from_ns;  // since the trace's first event
  std::optional<int64_t> to_ns;
  std::vector<model::GoroutineId> goroutines;
  std::string start_function;  // of the goroutine, its whole name
  std::string task;            // type, or id
  std::string region;          // type

  bool empty() const;
};

class TraceFilter {
 public:
  TraceFilter(TraceFilterOptions options, const model::EventSource& source);

  void See(const model::Event& event) {  // each event in order, before what it ends is cut
    if (!takes_all_) SeeNarrowed(event);
  }

  // The parts of a span that ended just now (or is open at the end) that are asked for, in order. `origin` is the
  // goroutine's. Valid until the next call.
  std::span<const StateSpan> Cut(const StateSpan& span, const GoroutineOrigin* origin) {
    return takes_all_ ? std::span(&span, 1) : CutNarrowed(span, origin);
  }

  model::Time Clip(model::Time time) const;  // into the time window

  // Does it ask for what happens at this moment on this goroutine?
  bool Takes(model::Time time, model::GoroutineId goroutine, const GoroutineOrigin* origin);

  const TraceFilterOptions& options() const { return options_; }

  // What was asked for and never met, in words: "region \"chekc\"; this trace has: check, confirm". Empty = all was met.
  std::string Unmet() const;

 private:
  // How long a goroutine has been working for what is asked for, since its present span began.
  struct Membership {
    int depth = 0;                                           // matching regions and tasks it is in
    model::Time since = 0;                                   // where depth > 0
    std::vector<std::pair<model::Time, model::Time>> parts;  // that are over
  };

  void SeeNarrowed(const model::Event& event);
  std::span<const StateSpan> CutNarrowed(const StateSpan& span, const GoroutineOrigin* origin);
  bool Wants(model::GoroutineId goroutine, const GoroutineOrigin* origin) const;
  bool MatchesTask(const model::Event& event);
  void SeeTaskBegin(const model::Event& event);
  void SeeTaskEnd(const model::Event& event);
  void SeeRegion(const model::Event& event);
  void Enter(model::GoroutineId goroutine, model::Time time);
  void Leave(model::GoroutineId goroutine, model::Time time);
  void AddPart(const StateSpan& span, model::Time begin, model::Time end);

  TraceFilterOptions options_;
  bool takes_all_;  // nothing need be known then
  const model::EventSource* source_;
  std::optional<model::TaskId> task_id_;  // where options_.task is a number
  std::unordered_map<model::GoroutineId, Membership> members_;
  std::unordered_map<model::TaskId, model::GoroutineId> begun_tasks_;  // that match and are not over: who began them
  std::unordered_set<model::TaskId> matching_tasks_;
  std::unordered_set<model::StringId> task_types_, region_types_;
  std::unordered_set<model::GoroutineId> met_goroutines_;
  bool met_start_ = false, met_task_ = false, met_region_ = false;
  std::optional<model::Time> begin_;
  model::Time end_ = 0;
  std::vector<StateSpan> parts_;
};

}  // namespace analysis
