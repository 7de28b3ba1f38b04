#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/event_source.h"
#include "model/report.h"

// What is in a trace: the facts that the official reader, golang.org/x/exp/trace, gives for the same file, and what it
// leaves out: waits that never ended.
//
// A state's interval begins with the event that tells of it and ends with the goroutine's next; a goroutine's intervals
// tile its life. Those that the trace's end cut off are not in `state_ns` but in `open_ns`. Memory: the live goroutines,
// and a bit for each that has ended.
namespace analysis {

constexpr size_t kGoStateCount = 6;

struct OpenWaits {
  std::string start;     // outermost function of the goroutine
  std::string at;        // the line of the program that waits: "main.f main.go:12"; empty = no stack
  std::string reason;    // as the trace has it; empty where it was waiting before the trace began
  std::string resource;  // what it waits for, by reason and frames: "mutex", "chan receive"
  uint64_t count = 0;
  int64_t total_ns = 0;  // until the end of the trace
  int64_t longest_ns = 0;
};

struct RangeTotal {
  uint64_t count = 0;    // begun, or found to be going on
  int64_t total_ns = 0;  // of those that ended
  int64_t longest_ns = 0;
};

struct TraceSummary {
  std::string version;
  int64_t duration_ns = 0;    // last event - first event
  int64_t begin_wall_ns = 0;  // Unix time of the first event; 0 = not known
  uint64_t goroutines = 0, goroutines_ended = 0, procs = 0, threads = 0;
  std::array<uint64_t, model::kEventKindCount> events{};
  uint64_t event_count = 0;
  uint64_t generations = 0;
  uint64_t gomaxprocs = 0;  // the highest; 0 = not said
  uint64_t heap_peak_bytes = 0;

  std::map<std::string, uint64_t> tasks_begun, regions_begun, logs;
  std::map<std::string, uint64_t> experiments;  // events of GODEBUG experiments, by name
  uint64_t tasks_open = 0, regions_open = 0;
  std::map<std::string, uint64_t> goroutines_created_by_start_func;
  std::map<std::string, uint64_t> blocked_at_end;            // "main.worker [chan receive]"
  std::array<int64_t, kGoStateCount> state_ns{}, open_ns{};  // by GoState
  std::map<std::string, int64_t> wait_ns_by_reason;          // of waits that ended
  std::map<std::string, RangeTotal> ranges;                  // collector phases, stop-the-world, sweeps, assists
  std::vector<OpenWaits> open_waits;                         // the program's before the runtime's, most goroutines first
};

// Reads the trace to its end.
TraceSummary Summarise(model::EventSource& source);

model::Report SummaryReport(const TraceSummary& summary, size_t rows_shown);

}  // namespace analysis
