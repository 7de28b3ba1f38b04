#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/trace/state_spans.h"
#include "analysis/trace/wait_site.h"
#include "model/event_source.h"
#include "model/profile.h"
#include "model/report.h"

// What decided how long something took. The path is walked back from the end: while the goroutine ran, was ready or in a
// system call, that is the path; where it waited, whoever ended the wait is:
//  - a goroutine that was started on behalf of this work is followed back to its start, and then whoever started it. What
//    else the first one did or waited for meanwhile was not what took long;
//  - any other goroutine serves others too. It is followed only for as long as the first one waited for it;
//  - for a timer or the network there is nobody to follow: the wait itself is on the path.
// So the parts of a path tile the time from begin to end.
//
// Held in memory: the spans since the earliest begin of what is asked for and not over.
namespace analysis {

struct PathPart {
  model::GoroutineId goroutine = model::kNoGoroutine;
  model::GoState state = model::GoState::kUndetermined;
  Resource resource = Resource::kNone;  // of a wait
  model::StringId region;               // the innermost that the goroutine was in
  model::StackId stack;                 // where it waited, or where it stopped running
  model::Time begin = 0;
  model::Time end = 0;

  int64_t duration() const { return end - begin; }
};

struct CriticalPath {
  int64_t id = 0;  // of the task; the goroutine, for regions and goroutines
  model::Time begin = 0;
  model::Time end = 0;
  std::vector<PathPart> parts;     // in order of time, tiling [begin, end]
  std::vector<model::Event> logs;  // of the task

  int64_t duration() const { return end - begin; }
};

// A place on a path, and what it would be worth had it taken no time: see path_graph.h for what rests on what.
struct PathSaving {
  PathPart example;  // the longest
  int64_t on_path_ns = 0;
  int64_t at_most_ns = 0;         // the whole would have been shorter by no more than this
  int64_t if_all_needed_ns = 0;   // by this, if all goroutines of the work that had ended were waited for
  std::optional<PathPart> then;   // what decides instead beyond at_most_ns
  std::optional<PathPart> other;  // and beyond if_all_needed_ns
};

struct PathTarget {
  std::string task;    // type or id
  std::string region;  // type
  std::optional<model::GoroutineId> goroutine;
  std::optional<int64_t> from_ns, to_ns;  // only paths that lie between, since the trace's begin
  bool only_worst = false;                // sums are of the longest alone
};

// What many paths have in common, by region, state and place.
struct PathSum {
  PathPart example;    // the longest
  uint64_t paths = 0;  // that have it
  int64_t ns = 0;
  int64_t at_most_ns = 0;  // all together would have been shorter by no more than this, had it taken no time
};

struct CriticalPaths {
  PathTarget target;
  uint64_t count = 0;       // of finished ones
  uint64_t unfinished = 0;  // left out
  int64_t total_ns = 0;
  std::vector<PathSum> sums;            // by ns
  std::optional<CriticalPath> typical;  // of median length, of the first kKept
  std::optional<CriticalPath> worst;    // the longest
  std::vector<PathSaving> savings;      // on the longest, by at_most_ns
  model::Time trace_begin = 0;
  std::string known;  // types that could have been asked for, for a message

  static constexpr size_t kKept = 1024;
};

CriticalPaths FindCriticalPaths(model::EventSource& source, const PathTarget& target);

model::Report CriticalPathReport(const CriticalPaths& paths, const model::EventSource& source);

// All paths as one profile (ns): what was waited for as the leaf, then the stack, the region, and the task's type as root.
model::Profile ToProfile(const CriticalPaths& paths, const model::EventSource& source);

}  // namespace analysis
