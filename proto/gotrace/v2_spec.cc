#include "proto/gotrace/v2_spec.h"

#include <algorithm>

namespace proto::gotrace {
namespace {

using enum model::EventKind;
using model::Event;
using model::GoState;
using model::ProcState;
using model::RangeScope;

constexpr Event Go(GoState from, GoState to) { return {.kind = kGoroutineState, .from = from, .to = to}; }
constexpr Event Proc(ProcState from, ProcState to) { return {.kind = kProcState, .proc_from = from, .proc_to = to}; }
constexpr Event Range(model::EventKind kind, RangeScope scope) { return {.kind = kind, .scope = scope}; }
constexpr Event Plain(model::EventKind kind) { return {.kind = kind}; }

constexpr bool kOwnStack = true;

// Counts and places of arguments, from their names.
constexpr V2Spec Timed(const char* name, std::string_view arguments, const Event& event, bool stack_is_subjects = false) {
  V2Spec spec{
      .name = name, .arguments = arguments, .event = event, .stack_is_subjects = stack_is_subjects, .argument_count = 0};
  for (std::string_view rest = arguments; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const uint8_t at = spec.argument_count++;
    if (word == "stack") spec.stack_argument = at;
    if (word == "new_stack") spec.subject_stack_argument = at;
    if (word.ends_with("_string") && spec.string_argument == kNoArgument) spec.string_argument = at;
  }
  return spec;
}

constexpr V2Spec Structural(const char* name, std::string_view arguments = {}) {
  return {.name = name, .arguments = arguments};
}

constexpr V2Specs MakeSpecs() {
  V2Specs specs;
  const auto set = [&](V2Type type, V2Spec spec) { specs[static_cast<size_t>(type)] = spec; };
  using enum GoState;
  using enum V2Type;

  set(kEventBatch, Structural("EventBatch", "gen m time size"));
  set(kStacks, Structural("Stacks"));
  set(kStack, Structural("Stack", "id nframes"));
  set(kStrings, Structural("Strings"));
  set(kString, Structural("String", "id"));
  set(kCpuSamples, Structural("CPUSamples"));
  set(kCpuSample, Structural("CPUSample", "time m p g stack"));
  set(kFrequency, Structural("Frequency", "freq"));
  set(kExperimentalBatch, Structural("ExperimentalBatch", "exp gen m time"));
  set(V2Type::kSync, Structural("Sync"));
  set(kClockSnapshot, Structural("ClockSnapshot", "dt mono sec nsec"));
  set(kEndOfGeneration, Structural("EndOfGeneration"));

  set(kProcsChange, Timed("ProcsChange", "procs_value stack", Plain(kMetric)));
  set(kProcStart, Timed("ProcStart", "p p_seq", Proc(ProcState::kIdle, ProcState::kRunning)));
  set(kProcStop, Timed("ProcStop", "", Proc(ProcState::kRunning, ProcState::kIdle)));
  set(kProcSteal, Timed("ProcSteal", "p p_seq m", Proc(ProcState::kRunning, ProcState::kIdle)));
  set(kProcStatus, Timed("ProcStatus", "p pstatus", Proc(ProcState::kUndetermined, ProcState::kUndetermined)));

  set(kGoCreate, Timed("GoCreate", "new_g new_stack stack", Go(kNotExist, kRunnable)));
  set(kGoCreateBlocked, Timed("GoCreateBlocked", "new_g new_stack stack", Go(kNotExist, kWaiting)));
  set(kGoCreateSyscall, Timed("GoCreateSyscall", "new_g", Go(kNotExist, kSyscall)));
  set(kGoStart, Timed("GoStart", "g g_seq", Go(kRunnable, kRunning)));
  set(kGoDestroy, Timed("GoDestroy", "", Go(kRunning, kNotExist)));
  set(kGoDestroySyscall, Timed("GoDestroySyscall", "", Go(kSyscall, kNotExist)));
  set(kGoStop, Timed("GoStop", "reason_string stack", Go(kRunning, kRunnable), kOwnStack));
  set(kGoBlock, Timed("GoBlock", "reason_string stack", Go(kRunning, kWaiting), kOwnStack));
  set(kGoUnblock, Timed("GoUnblock", "g g_seq stack", Go(kWaiting, kRunnable)));
  set(kGoSyscallBegin, Timed("GoSyscallBegin", "p_seq stack", Go(kRunning, kSyscall), kOwnStack));
  set(kGoSyscallEnd, Timed("GoSyscallEnd", "", Go(kSyscall, kRunning)));
  set(kGoSyscallEndBlocked, Timed("GoSyscallEndBlocked", "", Go(kSyscall, kRunnable)));
  set(kGoStatus, Timed("GoStatus", "g m gstatus", Go(kUndetermined, kUndetermined)));
  set(kGoStatusStack, Timed("GoStatusStack", "g m gstatus stack", Go(kUndetermined, kUndetermined), kOwnStack));
  set(kGoSwitch, Timed("GoSwitch", "g g_seq", Go(kWaiting, kRunnable)));
  set(kGoSwitchDestroy, Timed("GoSwitchDestroy", "g g_seq", Go(kWaiting, kRunnable)));

  set(kStwBegin, Timed("STWBegin", "kind_string stack", Range(kRangeBegin, RangeScope::kGoroutine)));
  set(kStwEnd, Timed("STWEnd", "", Range(kRangeEnd, RangeScope::kGoroutine)));
  set(kGcActive, Timed("GCActive", "gc_seq", Range(kRangeActive, RangeScope::kGlobal)));
  set(kGcBegin, Timed("GCBegin", "gc_seq stack", Range(kRangeBegin, RangeScope::kGlobal)));
  set(kGcEnd, Timed("GCEnd", "gc_seq", Range(kRangeEnd, RangeScope::kGlobal)));
  set(kGcSweepActive, Timed("GCSweepActive", "p", Range(kRangeActive, RangeScope::kProc)));
  set(kGcSweepBegin, Timed("GCSweepBegin", "stack", Range(kRangeBegin, RangeScope::kProc)));
  set(kGcSweepEnd, Timed("GCSweepEnd", "swept_value reclaimed_value", Range(kRangeEnd, RangeScope::kProc)));
  set(kGcMarkAssistActive, Timed("GCMarkAssistActive", "g", Range(kRangeActive, RangeScope::kGoroutine)));
  set(kGcMarkAssistBegin, Timed("GCMarkAssistBegin", "stack", Range(kRangeBegin, RangeScope::kGoroutine)));
  set(kGcMarkAssistEnd, Timed("GCMarkAssistEnd", "", Range(kRangeEnd, RangeScope::kGoroutine)));
  set(kHeapAlloc, Timed("HeapAlloc", "heapalloc_value", Plain(kMetric)));
  set(kHeapGoal, Timed("HeapGoal", "heapgoal_value", Plain(kMetric)));

  set(kGoLabel, Timed("GoLabel", "label_string", Plain(kLabel)));
  set(kUserTaskBegin, Timed("UserTaskBegin", "task parent_task name_string stack", Plain(kTaskBegin)));
  set(kUserTaskEnd, Timed("UserTaskEnd", "task stack", Plain(kTaskEnd)));
  set(kUserRegionBegin, Timed("UserRegionBegin", "task name_string stack", Plain(kRegionBegin)));
  set(kUserRegionEnd, Timed("UserRegionEnd", "task name_string stack", Plain(kRegionEnd)));
  set(kUserLog, Timed("UserLog", "task key_string value_string stack", Plain(kLog)));

  set(kSpan, Timed("Span", "id npages_value kindclass", Plain(kExperimental)));
  set(kSpanAlloc, Timed("SpanAlloc", "id npages_value kindclass", Plain(kExperimental)));
  set(kSpanFree, Timed("SpanFree", "id", Plain(kExperimental)));
  set(kHeapObject, Timed("HeapObject", "id type", Plain(kExperimental)));
  set(kHeapObjectAlloc, Timed("HeapObjectAlloc", "id type", Plain(kExperimental)));
  set(kHeapObjectFree, Timed("HeapObjectFree", "id", Plain(kExperimental)));
  set(kGoroutineStack, Timed("GoroutineStack", "id order", Plain(kExperimental)));
  set(kGoroutineStackAlloc, Timed("GoroutineStackAlloc", "id order", Plain(kExperimental)));
  set(kGoroutineStackFree, Timed("GoroutineStackFree", "id", Plain(kExperimental)));
  return specs;
}

constexpr std::array<uint8_t, 256> CountsOf(const V2Specs& specs) {
  std::array<uint8_t, 256> counts{};
  for (size_t i = 0; i < specs.size(); ++i) counts[i] = specs[i].argument_count;
  return counts;
}

}  // namespace

constexpr V2Specs kV2Specs = MakeSpecs();
constexpr std::array<uint8_t, 256> kV2Arguments = CountsOf(kV2Specs);

}  // namespace proto::gotrace
