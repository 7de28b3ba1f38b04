#pragma once

#include <cstdint>
#include <map>

#include "analysis/trace/state_spans.h"
#include "analysis/trace/time_buckets.h"
#include "analysis/trace/trace_filter.h"
#include "model/event_source.h"
#include "model/report.h"

// What the procs (Ps) did: running goroutines, in system calls, looking for work, nothing; and how much of the nothing was
// while goroutines were ready to run. Only the filter's time window is looked at.
namespace analysis {

struct ProcTimes {
  int64_t running = 0;  // a goroutine
  int64_t syscall = 0;  // its goroutine was in a system call, and it was not taken away
  int64_t idle = 0;     // given back, for nobody had anything to run
  uint64_t runs = 0;
  uint64_t syscalls = 0;    // that ended
  uint64_t handed_off = 0;  // system calls that lost the proc
};

struct ProcLoad {  // of a stretch of time
  std::map<model::ProcId, int64_t> running;
  int64_t idle_while_ready = 0;  // of all procs together
  void Add(const ProcLoad& other);
};

struct ProcUtilisation {
  std::map<model::ProcId, ProcTimes> procs;
  uint64_t gomaxprocs = 0;          // the last the trace tells; where it does not, the procs that were seen
  int64_t capacity_ns = 0;          // gomaxprocs over time
  int64_t idle_while_ready_ns = 0;  // proc time: so much could have run
  int64_t ready_and_idle_ns = 0;    // wall time during which it was so
  TimeBuckets<ProcLoad> over_time;
  model::Time trace_begin = 0;
  model::Time begin = 0;  // of the window
  int64_t window_ns = 0;
};

ProcUtilisation MeasureProcs(model::EventSource& source, TraceFilter& filter);
model::Report ProcReport(const ProcUtilisation& procs, size_t rows_shown);

}  // namespace analysis
