#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

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
  const char* names = "";   // of the arguments
  uint8_t arguments = 0;    // behind the time, with the stack
  bool has_stack = false;   // the last argument is the stack
  bool parks = false;       // the goroutine stops running and waits until another, or the runtime, wakes it
  const char* reason = "";  // of records that make a goroutine stop running
  uint8_t since = 11;       // Go 1.x
};

constexpr size_t kV1TypeCount = static_cast<size_t>(V1Type::kCount);
constexpr std::array<V1Spec, kV1TypeCount> kV1Specs = {{
    {},
    {.name = "Batch", .names = "proc ticks"},
    {.name = "Frequency", .names = "hz"},
    {.name = "Stack"},
    {.name = "Gomaxprocs", .names = "procs stack", .arguments = 2, .has_stack = true},
    {.name = "ProcStart", .names = "thread", .arguments = 1},
    {.name = "ProcStop"},
    {.name = "GCStart", .names = "seq stack", .arguments = 2, .has_stack = true},
    {.name = "GCDone"},
    {.name = "GCSTWStart", .names = "kind", .arguments = 1},
    {.name = "GCSTWDone"},
    {.name = "GCSweepStart", .names = "stack", .arguments = 1, .has_stack = true},
    {.name = "GCSweepDone", .names = "swept reclaimed", .arguments = 2},
    {.name = "GoCreate", .names = "new_g new_stack stack", .arguments = 3, .has_stack = true},
    {.name = "GoStart", .names = "g seq", .arguments = 2},
    {.name = "GoEnd"},
    {.name = "GoStop", .names = "stack", .arguments = 1, .has_stack = true, .reason = "forever"},
    {.name = "GoSched", .names = "stack", .arguments = 1, .has_stack = true, .reason = "runtime.Gosched"},
    {.name = "GoPreempt", .names = "stack", .arguments = 1, .has_stack = true, .reason = "preempted"},
    {.name = "GoSleep", .names = "stack", .arguments = 1, .has_stack = true, .parks = true, .reason = "sleep"},
    {.name = "GoBlock", .names = "stack", .arguments = 1, .has_stack = true, .parks = true},
    {.name = "GoUnblock", .names = "g seq stack", .arguments = 3, .has_stack = true},
    {.name = "GoBlockSend", .names = "stack", .arguments = 1, .has_stack = true, .parks = true, .reason = "chan send"},
    {.name = "GoBlockRecv", .names = "stack", .arguments = 1, .has_stack = true, .parks = true, .reason = "chan receive"},
    {.name = "GoBlockSelect", .names = "stack", .arguments = 1, .has_stack = true, .parks = true, .reason = "select"},
    {.name = "GoBlockSync", .names = "stack", .arguments = 1, .has_stack = true, .parks = true, .reason = "sync"},
    {.name = "GoBlockCond",
     .names = "stack",
     .arguments = 1,
     .has_stack = true,
     .parks = true,
     .reason = "sync.(*Cond).Wait"},
    {.name = "GoBlockNet", .names = "stack", .arguments = 1, .has_stack = true, .parks = true, .reason = "network"},
    {.name = "GoSysCall", .names = "stack", .arguments = 1, .has_stack = true},
    {.name = "GoSysExit", .names = "g seq ticks", .arguments = 3},
    {.name = "GoSysBlock"},
    {.name = "GoWaiting", .names = "g", .arguments = 1},
    {.name = "GoInSyscall", .names = "g", .arguments = 1},
    {.name = "HeapAlloc", .names = "bytes", .arguments = 1},
    {.name = "HeapGoal", .names = "bytes", .arguments = 1},
    {.name = "TimerGoroutine", .names = "g"},
    {.name = "FutileWakeup"},
    {.name = "String", .names = "id"},
    {.name = "GoStartLocal", .names = "g", .arguments = 1},
    {.name = "GoUnblockLocal", .names = "g stack", .arguments = 2, .has_stack = true},
    {.name = "GoSysExitLocal", .names = "g ticks", .arguments = 2},
    {.name = "GoStartLabel", .names = "g seq label", .arguments = 3},
    {.name = "GoBlockGC",
     .names = "stack",
     .arguments = 1,
     .has_stack = true,
     .parks = true,
     .reason = "GC mark assist wait for work"},
    {.name = "GCMarkAssistStart", .names = "stack", .arguments = 1, .has_stack = true},
    {.name = "GCMarkAssistDone"},
    {.name = "UserTaskCreate", .names = "task parent type stack", .arguments = 4, .has_stack = true},
    {.name = "UserTaskEnd", .names = "task stack", .arguments = 2, .has_stack = true},
    {.name = "UserRegion", .names = "task mode type stack", .arguments = 4, .has_stack = true},
    {.name = "UserLog", .names = "task category stack", .arguments = 3, .has_stack = true},
    {.name = "CPUSample", .names = "ticks proc g stack", .arguments = 4, .has_stack = true, .since = 19},
}};
constexpr const V1Spec& SpecOf(V1Type type) { return kV1Specs[static_cast<size_t>(type)]; }

// What an event says of who runs on its proc.
enum class V1Role : uint8_t {
  kNoEvent,
  kStays,   // it is of who runs
  kStarts,  // the goroutine that it names runs from now on
  kNames,   // it is about the goroutine that it names
  kStops,   // who ran does so no more
};

constexpr std::array<V1Role, kV1TypeCount> V1Roles() {
  std::array<V1Role, kV1TypeCount> roles{};
  for (size_t type = 0; type < kV1TypeCount; ++type) roles[type] = kV1Specs[type].parks ? V1Role::kStops : V1Role::kStays;
  const auto set = [&](V1Role role, std::initializer_list<V1Type> types) {
    for (const V1Type type : types) roles[static_cast<size_t>(type)] = role;
  };
  using enum V1Type;
  set(V1Role::kNoEvent, {kNone, kBatch, kString, kStack, kFrequency, kTimerGoroutine, kCpuSample});
  set(V1Role::kStarts, {kGoStart, kGoStartLocal, kGoStartLabel});
  set(V1Role::kNames, {kGoSysExit, kGoSysExitLocal, kGoWaiting, kGoInSyscall});
  set(V1Role::kStops, {kGoEnd, kGoStop, kGoSched, kGoPreempt, kGoSysBlock});
  return roles;
}
inline constexpr std::array<V1Role, kV1TypeCount> kV1Roles = V1Roles();
constexpr V1Role RoleOf(V1Type type) { return kV1Roles[static_cast<size_t>(type)]; }

// Procs that stand for what has none, as the official reader numbers them.
enum V1FakeProc : int32_t { kTimerProc = 1000001, kNetpollProc, kSyscallProc, kGcProc };

}  // namespace proto::gotrace
