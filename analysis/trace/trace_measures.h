#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analysis/duration_distribution.h"
#include "model/event.h"
#include "model/event_source.h"

// What can be compared between two traces of a program: how often and how long, by goroutine kind, wait, site, task, region,
// system call, scheduler latency and collector. Each measure also knows how it was spread over the recording, in kBlocks
// equal stretches of time: that spread is what a change is held against where there are few recordings.
namespace analysis {

enum class MeasureKind : uint8_t { kGoroutines, kWaits, kSites, kLatency, kSyscalls, kTasks, kRegions, kCollector, kLogs };
constexpr size_t kMeasureKinds = 9;
const char* Name(MeasureKind kind);  // "goroutines", "waits", ..

constexpr size_t kBlocks = 16;
struct MeasureBlock {
  int64_t time = 0;        // spent in it, whatever it began or ended in
  uint64_t ended = 0;      // that ended in it
  int64_t ended_time = 0;  // of these, whole
};

struct TraceMeasure {
  uint64_t count = 0;              // that ended in the window; goroutines: created; logs: written
  uint64_t open = 0;               // not over at its end
  int64_t time = 0;                // in the window; goroutines: running
  DurationDistribution durations;  // of those that ended; empty for goroutines and logs
  std::array<MeasureBlock, kBlocks> blocks;
};

// Times since the trace's first event.
struct TraceWindow {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t length() const { return end - begin; }
};

struct TraceMeasures {
  using Key = std::pair<MeasureKind, std::string>;
  std::map<Key, TraceMeasure> rows;
  TraceWindow window;
};

TraceMeasures MeasureTrace(model::EventSource& source, const TraceWindow& window);

// What has to be known of a trace before a window can be laid on it.
struct TraceExtent {
  int64_t length = 0;
  std::optional<int64_t> begin_unix_ns;  // of its first event
  std::optional<int64_t> marker;         // the first log asked for
};
// `log`: a part of its category or text; empty: none is looked for.
TraceExtent FindExtent(model::EventSource& source, const std::string& log);

}  // namespace analysis
