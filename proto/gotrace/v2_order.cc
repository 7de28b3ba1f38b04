#include "proto/gotrace/v2_order.h"

#include <fmt/format.h>

#include <algorithm>

namespace proto::gotrace {
namespace {

struct RangeName {
  V2Type type;
  const char* name;
};
constexpr RangeName kNames[] = {
    {V2Type::kProcsChange, "/sched/gomaxprocs:threads"}, {V2Type::kHeapAlloc, "/memory/classes/heap/objects:bytes"},
    {V2Type::kHeapGoal, "/gc/heap/goal:bytes"},          {V2Type::kGcActive, "GC concurrent mark phase"},
    {V2Type::kGcBegin, "GC concurrent mark phase"},      {V2Type::kGcEnd, "GC concurrent mark phase"},
    {V2Type::kGcSweepActive, "GC incremental sweep"},    {V2Type::kGcSweepBegin, "GC incremental sweep"},
    {V2Type::kGcSweepEnd, "GC incremental sweep"},       {V2Type::kGcMarkAssistActive, "GC mark assist"},
    {V2Type::kGcMarkAssistBegin, "GC mark assist"},      {V2Type::kGcMarkAssistEnd, "GC mark assist"},
};

}  // namespace

V2Order::V2Order(model::Symbols& symbols, model::Warnings& warnings, const std::function<void()>& before_tables_change)
    : symbols_(symbols), warnings_(warnings), before_tables_change_(before_tables_change), user_work_(symbols, warnings) {
  for (size_t type = 0; type < templates_.size(); ++type) {
    const V2Spec& spec = kV2Specs[type];
    templates_[type] = {.kind = spec.event.kind,
                        .from = spec.event.from,
                        .to = spec.event.to,
                        .proc_from = spec.event.proc_from,
                        .proc_to = spec.event.proc_to,
                        .scope = spec.event.scope,
                        .stack_is_subjects = spec.stack_is_subjects,
                        .stack_argument = spec.stack_argument,
                        .subject_stack_argument = spec.subject_stack_argument};
    if (spec.event.kind == model::EventKind::kExperimental) templates_[type].name = symbols_.InternString(spec.name);
  }
  for (const auto& [type, name] : kNames) templates_[static_cast<size_t>(type)].name = symbols_.InternString(name);
}

void V2Order::Begin(const V2Generation& generation) {
  generation_ = &generation;
  generation_number_ = generation.number;
  if (first_generation_ == 0) first_generation_ = generation.number;
}

uint32_t V2Order::ThreadRow(model::ThreadId id) {
  if (const uint32_t* row = thread_rows_.Find(static_cast<uint64_t>(id))) return *row;
  const auto row = static_cast<uint32_t>(threads_.size());
  threads_.push_back({.id = id});
  thread_rows_.Add(static_cast<uint64_t>(id), row);
  return row;
}

void V2Order::Reset(std::vector<model::Event>& forgotten) {
  constexpr model::GoState kStates[] = {model::GoState::kUndetermined, model::GoState::kRunnable, model::GoState::kRunning,
                                        model::GoState::kSyscall, model::GoState::kWaiting};
  goroutines_.ForEach([&](uint64_t id, const Goroutine& goroutine) {
    forgotten.push_back({.kind = model::EventKind::kGoroutineState,
                         .from = kStates[static_cast<size_t>(goroutine.status)],
                         .to = model::GoState::kUndetermined,
                         .subject = static_cast<int64_t>(id)});
  });
  std::ranges::sort(forgotten, {}, &model::Event::subject);
  goroutines_.Clear();
  procs_.Clear();
  for (Thread& thread : threads_) thread = {.id = thread.id};
  user_work_.Reset();
  gc_ = Gc::kUndetermined;
  first_generation_ = 0;
}

size_t V2Order::Advance(const V2Cursor& c, model::Event* out) {
  Thread& t = threads_[c.thread_row];
  t.is_seen = true;
  switch (c.type) {
    case V2Type::kProcStart:
      return ProcStart(c, t, out);
    case V2Type::kProcStop:
      return ProcStop(c, t, out);
    case V2Type::kProcSteal:
      return ProcSteal(c, t, out);
    case V2Type::kProcStatus:
      return ProcStatusIs(c, t, out);
    case V2Type::kGoCreate:
    case V2Type::kGoCreateBlocked:
      return GoCreate(c, t, out);
    case V2Type::kGoCreateSyscall:
      return GoCreateSyscall(c, t, out);
    case V2Type::kGoStart:
      return GoStart(c, t, out);
    case V2Type::kGoDestroy:
    case V2Type::kGoStop:
    case V2Type::kGoBlock:
      return GoStopRunning(c, t, out);
    case V2Type::kGoDestroySyscall:
      return GoDestroySyscall(c, t, out);
    case V2Type::kGoUnblock:
      return GoUnblock(c, t, out);
    case V2Type::kGoSwitch:
    case V2Type::kGoSwitchDestroy:
      return GoSwitch(c, t, out);
    case V2Type::kGoSyscallBegin:
      return GoSyscallBegin(c, t, out);
    case V2Type::kGoSyscallEnd:
      return GoSyscallEnd(c, t, out);
    case V2Type::kGoSyscallEndBlocked:
      return GoSyscallEndBlocked(c, t, out);
    case V2Type::kGoStatus:
    case V2Type::kGoStatusStack:
      return GoStatusIs(c, t, out);
    case V2Type::kGcActive:
    case V2Type::kGcBegin:
    case V2Type::kGcEnd:
      return GcMark(c, t, out);
    case V2Type::kGcSweepActive:
    case V2Type::kGcSweepBegin:
    case V2Type::kGcSweepEnd:
      return GcSweep(c, t, out);
    case V2Type::kStwBegin:
    case V2Type::kStwEnd:
    case V2Type::kGcMarkAssistActive:
    case V2Type::kGcMarkAssistBegin:
    case V2Type::kGcMarkAssistEnd:
      return GoRange(c, t, out);
    case V2Type::kUserTaskBegin:
      return TaskBegin(c, t, out);
    case V2Type::kUserTaskEnd:
      return TaskEnd(c, t, out);
    case V2Type::kUserRegionBegin:
    case V2Type::kUserRegionEnd:
      return RegionBeginOrEnd(c, t, out);
    case V2Type::kProcsChange:
    case V2Type::kHeapAlloc:
    case V2Type::kHeapGoal:
      return Metric(c, t, out);
    case V2Type::kGoLabel:
    case V2Type::kUserLog:
      return Annotation(c, t, out);
    default:
      break;  // experimental
  }
  Emit(c, t, out);
  return 1;
}

void V2Order::MakeCpuSample(const V2CpuSample& sample, model::Event* out) {
  *out = {.time = sample.time,
          .offset = sample.offset,
          .goroutine = sample.goroutine,
          .proc = sample.proc,
          .thread = sample.thread,
          .kind = model::EventKind::kCpuSample};
  out->stack = generation_->stacks.Find(sample.stack);
  if (out->stack != generation_->stacks.kMissing) return;
  out->stack = model::StackTrie::root();
  warnings_.Add(
      "stack that is not in its generation's table",
      fmt::format("byte {} (generation {}): CPU sample of stack id {}", sample.offset, generation_number_, sample.stack));
}

void V2Order::FailNeed(const V2Cursor& c, const Thread& t) const {
  const auto has = [](const char* what, int64_t id) {
    return id < 0 ? fmt::format("no {}", what) : fmt::format("{} {}", what, id);
  };
  Fail(c, fmt::format("can't come from a thread that has {} and {}", has("proc", t.proc), has("goroutine", t.goroutine)));
}

model::StackId V2Order::MissingStack(const V2Cursor& c, uint64_t number) {
  warnings_.Add("stack that is not in its generation's table", fmt::format("{}: stack id {}", Where(c), number));
  return model::StackTrie::root();
}

model::StringId V2Order::MissingString(const V2Cursor& c, uint64_t number) {
  warnings_.Add("string that is not in its generation's table", fmt::format("{}: string id {}", Where(c), number));
  return model::StringId(0);
}

void V2Order::SetReason(const V2Cursor& c, uint64_t number, model::Event& event) {
  event.reason_text = String(c, number);
  while (event.reason_text.index() >= reasons_.size()) {
    reasons_.push_back(model::ParseBlockReason(symbols_.text(model::StringId(static_cast<uint32_t>(reasons_.size())))));
  }
  event.reason = reasons_[event.reason_text.index()];
}

std::string V2Order::Where(const V2Cursor& c) const {
  return fmt::format("byte {} (generation {}, batch of thread {}): {}", c.Offset(*generation_), generation_number_, c.thread,
                     SpecOf(c.type).name);
}

void V2Order::Fail(const V2Cursor& c, const std::string& message) const {
  throw FormatError(c.Offset(*generation_), fmt::format("{} {}", SpecOf(c.type).name, message), c.thread);
}

}  // namespace proto::gotrace
