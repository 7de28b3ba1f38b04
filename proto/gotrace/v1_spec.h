#pragma once

#include <array>
#include <cstdint>

#include "model/event.h"

// The records of a v1 trace (Go 1.11 to 1.21), one row each. docs/formats/gotrace-v1.md is the prose.
namespace proto::gotrace {

enum class V1Type : uint8_t {
  kNone,
  kBatch,
  kFrequency,
  kStack,
  kGomaxprocs,
  kProcStart,
  kProcStop,
  kGcStart,
  kGcDone,
  kStwStart,
  kStwDone,
  kGcSweepStart,
  kGcSweepDone,
  kGoCreate,
  kGoStart,
  kGoEnd,
  kGoStop,
  kGoSched,
  kGoPreempt,
  kGoSleep,
  kGoBlock,
  kGoUnblock,
  kGoBlockSend,
  kGoBlockRecv,
  kGoBlockSelect,
  kGoBlockSync,
  kGoBlockCond,
  kGoBlockNet,
  kGoSysCall,
  kGoSysExit,
  kGoSysBlock,
  kGoWaiting,
  kGoInSyscall,
  kHeapAlloc,
  kHeapGoal,
  kTimerGoroutine,
  kFutileWakeup,
  kString,
  kGoStartLocal,
  kGoUnblockLocal,
  kGoSysExitLocal,
  kGoStartLabel,
  kGoBlockGc,
  kGcMarkAssistStart,
  kGcMarkAssistDone,
  kUserTaskCreate,
  kUserTaskEnd,
  kUserRegion,
  kUserLog,
  kCpuSample,
  kCount,
};

struct V1Spec {
  const char* name = nullptr;
  uint8_t arguments = 0;    // behind the time, with the stack
  bool has_stack = false;   // the last argument is the stack
  bool parks = false;       // the goroutine stops running and waits until another, or the runtime, wakes it
  const char* reason = "";  // of records that make a goroutine stop running
  uint8_t since = 11;       // Go 1.x
};

constexpr size_t kV1TypeCount = static_cast<size_t>(V1Type::kCount);
constexpr std::array<V1Spec, kV1TypeCount> kV1Specs = {{
    {},
    {.name = "Batch"},
    {.name = "Frequency"},
    {.name = "Stack"},
    {.name = "Gomaxprocs", .arguments = 2, .has_stack = true},
    {.name = "ProcStart", .arguments = 1},
    {.name = "ProcStop"},
    {.name = "GCStart", .arguments = 2, .has_stack = true},
    {.name = "GCDone"},
    {.name = "GCSTWStart", .arguments = 1},
    {.name = "GCSTWDone"},
    {.name = "GCSweepStart", .arguments = 1, .has_stack = true},
    {.name = "GCSweepDone", .arguments = 2},
    {.name = "GoCreate", .arguments = 3, .has_stack = true},
    {.name = "GoStart", .arguments = 2},
    {.name = "GoEnd"},
    {.name = "GoStop", .arguments = 1, .has_stack = true, .reason = "forever"},
    {.name = "GoSched", .arguments = 1, .has_stack = true, .reason = "runtime.Gosched"},
    {.name = "GoPreempt", .arguments = 1, .has_stack = true, .reason = "preempted"},
    {.name = "GoSleep", .arguments = 1, .has_stack = true, .parks = true, .reason = "sleep"},
    {.name = "GoBlock", .arguments = 1, .has_stack = true, .parks = true},
    {.name = "GoUnblock", .arguments = 3, .has_stack = true},
    {.name = "GoBlockSend", .arguments = 1, .has_stack = true, .parks = true, .reason = "chan send"},
    {.name = "GoBlockRecv", .arguments = 1, .has_stack = true, .parks = true, .reason = "chan receive"},
    {.name = "GoBlockSelect", .arguments = 1, .has_stack = true, .parks = true, .reason = "select"},
    {.name = "GoBlockSync", .arguments = 1, .has_stack = true, .parks = true, .reason = "sync"},
    {.name = "GoBlockCond", .arguments = 1, .has_stack = true, .parks = true, .reason = "sync.(*Cond).Wait"},
    {.name = "GoBlockNet", .arguments = 1, .has_stack = true, .parks = true, .reason = "network"},
    {.name = "GoSysCall", .arguments = 1, .has_stack = true},
    {.name = "GoSysExit", .arguments = 3},
    {.name = "GoSysBlock"},
    {.name = "GoWaiting", .arguments = 1},
    {.name = "GoInSyscall", .arguments = 1},
    {.name = "HeapAlloc", .arguments = 1},
    {.name = "HeapGoal", .arguments = 1},
    {.name = "TimerGoroutine"},
    {.name = "FutileWakeup"},
    {.name = "String"},
    {.name = "GoStartLocal", .arguments = 1},
    {.name = "GoUnblockLocal", .arguments = 2, .has_stack = true},
    {.name = "GoSysExitLocal", .arguments = 2},
    {.name = "GoStartLabel", .arguments = 3},
    {.name = "GoBlockGC", .arguments = 1, .has_stack = true, .parks = true, .reason = "GC mark assist wait for work"},
    {.name = "GCMarkAssistStart", .arguments = 1, .has_stack = true},
    {.name = "GCMarkAssistDone"},
    {.name = "UserTaskCreate", .arguments = 4, .has_stack = true},
    {.name = "UserTaskEnd", .arguments = 2, .has_stack = true},
    {.name = "UserRegion", .arguments = 4, .has_stack = true},
    {.name = "UserLog", .arguments = 3, .has_stack = true},
    {.name = "CPUSample", .arguments = 4, .has_stack = true, .since = 19},
}};
constexpr const V1Spec& SpecOf(V1Type type) { return kV1Specs[static_cast<size_t>(type)]; }

// Procs that stand for what has none, as the official reader numbers them.
enum V1FakeProc : int32_t { kTimerProc = 1000001, kNetpollProc, kSyscallProc, kGcProc };

}  // namespace proto::gotrace
