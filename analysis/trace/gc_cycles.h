#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/duration_distribution.h"
#include "analysis/trace/mutator_utilisation.h"
#include "analysis/trace/trace_filter.h"
#include "model/event_source.h"
#include "model/report.h"

// What the garbage collector did: its cycles, how long it stopped the world and why, what it took from goroutines (assists,
// sweeping), and how much of the procs it left to the program.
namespace analysis {

struct GcCycle {
  model::Time begin = 0;  // of marking
  model::Time end = 0;
  bool began_before = false;
  bool is_open = false;
  int64_t stopped_ns = 0;  // world stopped for its begin and its end
  int64_t assist_ns = 0;
  uint64_t assists = 0;
  uint64_t heap_at_begin = 0;  // bytes; 0 = the trace does not say
};

struct GcCycles {
  std::vector<GcCycle> cycles;
  std::map<std::string, DurationDistribution> stops;             // by kind, those for other reasons than the collector too
  DurationDistribution assists, sweeps;                          // one duration each
  std::map<std::string, DurationDistribution> assists_by_start;  // by the goroutine's start function
  uint64_t heap_max = 0, goal_max = 0;                           // bytes
  UtilisationCurve utilisation{{}};
  UtilisationOptions counted;
  model::Time trace_begin = 0;
  int64_t trace_ns = 0;
};

// `window`: only its from_ns and to_ns are looked at. A cycle counts that lies in it at least in part, all else with its
// end.
GcCycles FindGcCycles(model::EventSource& source, const UtilisationOptions& counted, const TraceFilterOptions& window = {});
model::Report GcReport(const GcCycles& gc, size_t rows_shown);

}  // namespace analysis
