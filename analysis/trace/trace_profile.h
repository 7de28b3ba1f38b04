#pragma once

#include "analysis/trace/trace_filter.h"
#include "model/event_source.h"
#include "model/profile.h"

// Where goroutines were and in what state, as a Profile: what flame graphs of a trace are drawn of.
//
// Value types: wall (all time of all goroutines), off_cpu (waiting, ready, in system calls), on_cpu (running), in
// nanoseconds, and samples (the CPU samples a trace has while a CPU profile is taken). A trace tells the stack where a
// goroutine stopped, not where it was while it ran: running time stands under the goroutine's start function; samples say
// more. The last frame is the state in brackets,
// "[waiting: chan receive]", "[ready]", "[system call]", "[running]"; labels are state and start. Memory grows with distinct
// stacks.
namespace analysis {

model::Profile ProfileTrace(model::EventSource& source, TraceFilter& filter);

// The same as a chart: a sample for each span of a state and each CPU sample, a goroutine after the other by their first
// mention and each in the order of time, under a frame of its own, "g7 main.worker". Memory grows with the spans; UsageError
// where there are more than `most`.
model::Profile ChartTrace(model::EventSource& source, TraceFilter& filter, size_t most = 2'000'000);

}  // namespace analysis
