#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/event.h"

// The records of a v2 trace (Go 1.22 and later), one row each: name, arguments, and what becomes of it. Decoder, text
// dump and the tests' assembler are driven by this table; docs/formats/gotrace-v2.md is its prose.
namespace proto::gotrace {

enum class V2Type : uint8_t {
  kNone,
  kEventBatch,
  kStacks,
  kStack,
  kStrings,
  kString,
  kCpuSamples,
  kCpuSample,
  kFrequency,
  kProcsChange,
  kProcStart,
  kProcStop,
  kProcSteal,
  kProcStatus,
  kGoCreate,
  kGoCreateSyscall,
  kGoStart,
  kGoDestroy,
  kGoDestroySyscall,
  kGoStop,
  kGoBlock,
  kGoUnblock,
  kGoSyscallBegin,
  kGoSyscallEnd,
  kGoSyscallEndBlocked,
  kGoStatus,
  kStwBegin,
  kStwEnd,
  kGcActive,
  kGcBegin,
  kGcEnd,
  kGcSweepActive,
  kGcSweepBegin,
  kGcSweepEnd,
  kGcMarkAssistActive,
  kGcMarkAssistBegin,
  kGcMarkAssistEnd,
  kHeapAlloc,
  kHeapGoal,
  kGoLabel,
  kUserTaskBegin,
  kUserTaskEnd,
  kUserRegionBegin,
  kUserRegionEnd,
  kUserLog,
  kGoSwitch,  // from here on: Go 1.23
  kGoSwitchDestroy,
  kGoCreateBlocked,
  kGoStatusStack,
  kExperimentalBatch,
  kSync,  // Go 1.25
  kClockSnapshot,
  kEndOfGeneration,  // Go 1.26
  kSpan = 128,       // experiment "AllocFree"
  kSpanAlloc,
  kSpanFree,
  kHeapObject,
  kHeapObjectAlloc,
  kHeapObjectFree,
  kGoroutineStack,
  kGoroutineStackAlloc,
  kGoroutineStackFree,
};

constexpr uint8_t kNoArgument = 0xff;
constexpr uint8_t kNotTimed = 0xff;
constexpr size_t kMaxV2Arguments = 5;

struct V2Spec {
  const char* name = nullptr;  // nullptr: no such record
  // Words in the order of the wire, without the time that every timed event begins with. A word that ends in "_string"
  // is a string id, "stack" the stack of who ran, "new_stack" that of the goroutine the event is about.
  std::string_view arguments;
  // Timed events only: the model's event. Fields that depend on arguments are filled in by the ordering.
  model::Event event;
  bool stack_is_subjects = false;  // what ran is what the event is about

  uint8_t argument_count = kNotTimed;
  uint8_t stack_argument = kNoArgument;
  uint8_t subject_stack_argument = kNoArgument;
  uint8_t string_argument = kNoArgument;  // the first of them

  bool is_timed() const { return argument_count != kNotTimed; }
};

using V2Specs = std::array<V2Spec, 256>;
extern const V2Specs kV2Specs;                       // indexed by V2Type
extern const std::array<uint8_t, 256> kV2Arguments;  // argument_count alone, in four cache lines
inline const V2Spec& SpecOf(V2Type type) { return kV2Specs[static_cast<size_t>(type)]; }

// The statuses of goroutines and procs on the wire.
enum class GoStatus : uint8_t { kBad, kRunnable, kRunning, kSyscall, kWaiting };
enum class ProcStatus : uint8_t { kBad, kRunning, kIdle, kSyscall, kSyscallAbandoned };

constexpr uint64_t kMaxBatchBytes = 64 << 10;
constexpr uint64_t kMaxStackFrames = 128;
constexpr uint64_t kMaxStringBytes = 1 << 10;

}  // namespace proto::gotrace
