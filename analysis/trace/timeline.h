#pragma once

#include <cstddef>
#include <cstdint>

#include "analysis/trace/trace_filter.h"
#include "model/event_source.h"
#include "model/timeline.h"

// What happened in a trace, laid out over time: what the procs and threads ran, the states of goroutines with who woke whom,
// regions, tasks, logs, collections, stops of the world, and how many goroutines were ready, the heap and other metrics.
namespace analysis {

struct TimelineOptions {
  int64_t resolution_ns = 0;   // to begin with; see model/timeline.h
  size_t limit = 1'000'000;    // more spans, marks, arrows and points than that are merged
  bool has_goroutines = true;  // false: only what is there of procs, collector, tasks and counters
  bool has_threads = true;
};

model::Timeline LayOutTimeline(model::EventSource& source, TraceFilter& filter, const TimelineOptions& options);

}  // namespace analysis
