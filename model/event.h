#pragma once

#include <cstdint>

#include "model/block_reason.h"
#include "model/ids.h"

// One thing that happened in a Go execution trace, in one vocabulary for all trace versions. The kinds and their
// meaning follow golang.org/x/exp/trace, the official reader, so that counts can be compared with it; how each file
// format is turned into them is in docs/formats/.
namespace model {

using Time = int64_t;         // nanoseconds on the trace's own clock; only differences mean something
using GoroutineId = int64_t;  // Go's goid, > 0
using ProcId = int64_t;       // P, >= 0
using ThreadId = int64_t;     // M as the operating system numbers it, >= 0
using TaskId = uint64_t;      // 0 = the background task

constexpr GoroutineId kNoGoroutine = -1;
constexpr ProcId kNoProc = -1;
constexpr ThreadId kNoThread = -1;
constexpr TaskId kNoTask = ~TaskId{0};

enum class EventKind : uint8_t {
  kSync,            // a generation begins; wall_ns is set where the format has it
  kGoroutineState,  // `subject` (goroutine) went `from` -> `to`
  kProcState,       // `subject` (proc) went `proc_from` -> `proc_to`
  kRangeBegin,      // `name` began on `scope` `subject` ("GC mark assist", "stop-the-world (GC sweep termination)")
  kRangeActive,     // as kRangeBegin, but it was going on before the trace
  kRangeEnd,
  kTaskBegin,  // task `subject` of type `name`, child of `parent_task`
  kTaskEnd,
  kRegionBegin,  // region of type `name` in task `subject` on `goroutine`
  kRegionEnd,
  kLog,           // `text` with category `name` in task `subject`
  kMetric,        // `name` ("/memory/classes/heap/objects:bytes", ..) is now `value`
  kLabel,         // goroutine `subject` is called `name` (GC workers)
  kCpuSample,     // `stack` was running
  kExperimental,  // something of an experiment: name only
};
constexpr size_t kEventKindCount = 15;

enum class GoState : uint8_t { kUndetermined, kNotExist, kRunnable, kRunning, kWaiting, kSyscall };
enum class ProcState : uint8_t { kUndetermined, kNotExist, kRunning, kIdle };
enum class RangeScope : uint8_t { kGlobal, kGoroutine, kProc, kThread };

const char* Name(EventKind kind);  // "goroutine-state"
const char* Name(GoState state);   // "Waiting", as the official reader prints it
const char* Name(ProcState state);

// Plain data, valid for ever (ids into the source's tables). Fields that a kind does not use keep their defaults.
struct Event {
  Time time = 0;
  uint64_t offset = 0;  // byte of the record in the (unpacked) file, for evidence and messages

  // Where it happened: who was running there, before the event for an end of running and after it for a start.
  GoroutineId goroutine = kNoGoroutine;
  ProcId proc = kNoProc;
  ThreadId thread = kNoThread;
  StackId stack;  // of `goroutine`, at the event; root = none recorded

  EventKind kind = EventKind::kSync;
  GoState from = GoState::kUndetermined;
  GoState to = GoState::kUndetermined;
  ProcState proc_from = ProcState::kUndetermined;
  ProcState proc_to = ProcState::kUndetermined;
  RangeScope scope = RangeScope::kGlobal;
  BlockReason reason = BlockReason::kNone;  // why a goroutine stopped running (or is Waiting)

  int64_t subject = -1;   // goroutine, proc, thread or task that the event is about, by kind
  StackId subject_stack;  // of `subject`: where it blocked, or (NotExist -> Runnable) the entry function it will run
  StringId reason_text;   // the reason as the file spells it; empty = the file has none
  StringId name;
  StringId text;
  TaskId parent_task = kNoTask;
  uint64_t value = 0;   // metric; kSync: the generation
  int64_t wall_ns = 0;  // kSync: Unix time at `time`; 0 = not known
};

}  // namespace model
