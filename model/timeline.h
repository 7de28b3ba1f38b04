#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/string_table.h"

// A trace as a drawing over time: lanes (a proc, a thread, a goroutine, ..) with spans on them. What a page draws and what
// goes into a file for others' viewers, made by an analysis, known to every renderer.
//
// Its size is bounded: neighbours on a lane that together are shorter than `resolution_ns` are one span. A span at least
// that long is always exact. Times are nanoseconds since the trace's first event.
namespace model {

using LaneId = Id<struct LaneTag>;

enum class LaneKind : uint8_t {
  kCollector,       // "GC concurrent mark phase"
  kStopTheWorld,    // of any cause
  kTask,            // tasks of one type; several rows where they overlap
  kProc,            // what ran on a P
  kThread,          // what ran on an M
  kGoroutine,       // its states
  kRegion,          // of a goroutine: regions and mark assists; several rows where they lie in each other
  kProcWork,        // of a P: sweeping
  kShortGoroutines  // those whose whole life is shorter than the resolution: how many began in each stretch of that length
};
constexpr size_t kLaneKindCount = 9;
const char* Name(LaneKind kind);  // "goroutine"

struct TimelineSpan {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t covered = 0;   // of it; less than its length where several were merged and time lay between them
  int64_t longest = 0;   // of the pieces, which gave it its names
  int64_t subject = -1;  // proc, thread: the goroutine; goroutine: running: its proc, waiting: who ended it; task: its id
  StringId name;         // state, function, region or task type
  StringId site;         // the line it waits or was called at
  uint32_t pieces = 1;   // that were merged into it
  bool began_before = false;  // before the trace
  bool is_open = false;       // at the trace's end
};

// A moment on a lane: a log, or a sample of the CPU profiler.
struct TimelineMark {
  int64_t time = 0;
  StringId name;  // category; "cpu sample"
  StringId text;
  uint32_t pieces = 1;  // it stands for so many
};

// Who made this lane's goroutine ready to run.
struct TimelineArrow {
  int64_t time = 0;
  LaneId from;
  bool is_creation = false;
};

struct TimelineLane {
  LaneKind kind = LaneKind::kGoroutine;
  int64_t subject = 0;  // proc, thread or goroutine
  uint32_t row = 0;
  std::string name;                   // "g7 main.worker"
  std::vector<TimelineSpan> spans;    // by time, without overlap
  std::vector<TimelineMark> marks;    // by time
  std::vector<TimelineArrow> arrows;  // that lead here, by time
};

// A number over time. It takes `largest` at some time in [time, changed], and is `last` from `changed` to the next point.
struct CounterPoint {
  int64_t time = 0;
  int64_t changed = 0;
  int64_t largest = 0;
  int64_t last = 0;
};
struct TimelineCounter {
  std::string name;  // "runnable", "/memory/classes/heap/objects:bytes"
  std::string unit;  // "count", "bytes"
  std::vector<CounterPoint> points;
};

struct Timeline {
  std::string version;   // "go 1.26 trace"
  int64_t begin_ns = 0;  // of what was asked for
  int64_t end_ns = 0;
  int64_t resolution_ns = 0;  // 0: nothing was merged
  uint64_t pieces = 0;        // spans, before any were merged
  double lost_share = 0;      // of the file, that could not be read
  StringTable names;
  Column<LaneId, TimelineLane> lanes;  // by kind, then subject, then row
  std::vector<TimelineCounter> counters;
};

}  // namespace model
