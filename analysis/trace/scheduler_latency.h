#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/duration_distribution.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/time_buckets.h"
#include "analysis/trace/trace_filter.h"
#include "model/event_source.h"
#include "model/report.h"

// How long goroutines that could run did not: from ready to running. By proc (the one that ran it in the end), over time,
// and the worst moments with what ran on the procs instead, or that procs were idle. Goroutines that are still ready at the
// end count with the time so far.
namespace analysis {

struct LatencyMoment {
  StateSpan span;
  model::FunctionId start;  // of the goroutine
  struct Ran {
    std::string start_function;
    int64_t ns = 0;  // over all procs, inside of the moment
  };
  std::vector<Ran> instead;  // by ns; what is remembered of it: the last kRemembered runs of each proc
  int64_t procs_ns = 0;      // procs x length: what could have run
};

struct LatencyRow {  // a stretch of time
  uint64_t count = 0;
  int64_t total = 0;
  int64_t max = 0;
  void Add(const LatencyRow& other);
};

struct SchedulerLatency {
  DurationDistribution all;
  uint64_t open = 0;
  std::map<model::ProcId, DurationDistribution> by_proc;
  std::map<std::string, DurationDistribution> by_cause;  // created, woken, preempted, left a system call
  TimeBuckets<LatencyRow> over_time;                     // by the moment it began to run
  std::vector<LatencyMoment> worst;                      // by length
  model::Time trace_begin = 0;
  int64_t trace_ns = 0;
};

constexpr size_t kWorstLatencies = 50;

SchedulerLatency MeasureLatency(model::EventSource& source, TraceFilter& filter);
model::Report LatencyReport(const SchedulerLatency& latency, const model::EventSource& source, size_t rows_shown);

}  // namespace analysis
