#pragma once

#include <array>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/event_source.h"
#include "model/id_map.h"
#include "proto/gotrace/user_work.h"
#include "proto/gotrace/v2_cursor.h"

// The scheduler as a trace tells it: who runs what on which thread. Threads write their batches without regard for each
// other, and their clocks may disagree, so time alone does not order events. An event may come next only if it fits the
// state that the ones before it left behind; sequence numbers per goroutine and per proc settle the rest. The rules are
// those of the official reader (docs/formats/gotrace-v2.md, "Order"), with one difference: misused regions and tasks are
// warnings here.
namespace proto::gotrace {

class V2Order {
 public:
  static constexpr size_t kMaxEvents = 3;  // that one record can become

  // `before_tables_change` is called before `symbols` gets a new name. What is given here must outlive the order.
  V2Order(model::Symbols& symbols, model::Warnings& warnings, const std::function<void()>& before_tables_change);

  // Events come from `generation` from now on. It must outlive them.
  void Begin(const V2Generation& generation);
  uint32_t ThreadRow(model::ThreadId id);

  // Writes what the cursor's record becomes to `out` and returns the count; 0 where it can't come yet. Throws FormatError
  // where it can never come.
  size_t Advance(const V2Cursor& cursor, model::Event* out);
  void MakeCpuSample(const V2CpuSample& sample, model::Event* out);

  // Forgets all states, as after a gap. `forgotten`: each goroutine that was alive became kUndetermined, by id.
  void Reset(std::vector<model::Event>& forgotten);

 private:
  using Id = uint64_t;
  struct Sequence {
    uint64_t generation = 0;
    uint64_t number = 0;
  };
  struct Goroutine {
    Sequence sequence;
    GoStatus status = GoStatus::kBad;
    bool has_had_regions = false;
    bool assists = false;
    bool stops_the_world = false;
    model::StringId stop_name;
  };
  struct Proc {
    Sequence sequence;
    ProcStatus status = ProcStatus::kBad;
    bool sweeps = false;
  };
  struct Thread {
    model::ThreadId id = model::kNoThread;
    model::GoroutineId goroutine = model::kNoGoroutine;
    model::ProcId proc = model::kNoProc;
    bool is_seen = false;  // an event of it has been looked at
  };
  // What a record's event is before its arguments are looked at: of kV2Specs, what nearly every event needs.
  struct Template {
    model::EventKind kind = model::EventKind::kSync;
    model::GoState from = model::GoState::kUndetermined;
    model::GoState to = model::GoState::kUndetermined;
    model::ProcState proc_from = model::ProcState::kUndetermined;
    model::ProcState proc_to = model::ProcState::kUndetermined;
    model::RangeScope scope = model::RangeScope::kGlobal;
    bool stack_is_subjects = false;
    uint8_t stack_argument = kNoArgument;
    uint8_t subject_stack_argument = kNoArgument;
    model::StringId name;
  };
  enum class Gc : uint8_t { kUndetermined, kOff, kOn };
  enum class Need : uint8_t { kNone, kAny, kSome };

  size_t ProcStart(const V2Cursor& c, Thread& t, model::Event* out);
  size_t ProcStop(const V2Cursor& c, Thread& t, model::Event* out);
  size_t ProcSteal(const V2Cursor& c, Thread& t, model::Event* out);
  size_t ProcStatusIs(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoCreate(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoCreateSyscall(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoStart(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoStopRunning(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoUnblock(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoSwitch(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoSyscallBegin(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoSyscallEnd(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoSyscallEndBlocked(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoDestroySyscall(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoStatusIs(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GcMark(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GcSweep(const V2Cursor& c, Thread& t, model::Event* out);
  size_t GoRange(const V2Cursor& c, Thread& t, model::Event* out);
  size_t TaskBegin(const V2Cursor& c, Thread& t, model::Event* out);
  size_t TaskEnd(const V2Cursor& c, Thread& t, model::Event* out);
  size_t RegionBeginOrEnd(const V2Cursor& c, Thread& t, model::Event* out);
  size_t Annotation(const V2Cursor& c, Thread& t, model::Event* out);
  size_t Metric(const V2Cursor& c, Thread& t, model::Event* out);

  model::Event& Emit(const V2Cursor& c, const Thread& context, model::Event* out);
  model::Event& EmitAs(V2Type type, const V2Cursor& c, const Thread& context, model::Event* out);
  void Require(const V2Cursor& c, const Thread& t, Need proc, Need goroutine) const;
  Goroutine& Running(const V2Cursor& c, const Thread& t, GoStatus status);
  Proc& ProcOf(const V2Cursor& c, const Thread& t);
  void EraseGoroutine(model::GoroutineId id);
  bool Follows(const Sequence& last, uint64_t number) const {
    return last.generation == generation_number_ && number == last.number + 1;
  }
  Sequence Now(uint64_t number) const { return {generation_number_, number}; }
  bool IsFirstGeneration() const { return generation_number_ == first_generation_; }
  model::StackId Stack(const V2Cursor& c, uint64_t number);
  model::StringId String(const V2Cursor& c, uint64_t number);
  model::StackId MissingStack(const V2Cursor& c, uint64_t number);
  model::StringId MissingString(const V2Cursor& c, uint64_t number);
  [[noreturn]] void FailNeed(const V2Cursor& c, const Thread& t) const;
  model::StringId StopName(model::StringId kind);
  void SetReason(const V2Cursor& c, uint64_t number, model::Event& event);
  [[noreturn]] void Fail(const V2Cursor& c, const std::string& message) const;
  std::string Where(const V2Cursor& c) const;

  model::Symbols& symbols_;
  model::Warnings& warnings_;
  const std::function<void()>& before_tables_change_;
  std::array<Template, 256> templates_;      // by V2Type
  std::vector<model::BlockReason> reasons_;  // by StringId, as far as asked for
  std::unordered_map<uint32_t, model::StringId> stop_names_;

  const V2Generation* generation_ = nullptr;
  uint64_t generation_number_ = 0;
  uint64_t first_generation_ = 0;
  model::IdMap<Goroutine> goroutines_;
  model::IdMap<Proc> procs_;
  model::IdMap<uint32_t> thread_rows_;
  std::vector<Thread> threads_;
  UserWork user_work_;
  uint64_t gc_sequence_ = 0;
  Gc gc_ = Gc::kUndetermined;
};

// Asked for nearly every event, so inlined into the rules.

inline model::Event& V2Order::Emit(const V2Cursor& c, const Thread& context, model::Event* out) {
  model::Event& event = EmitAs(c.type, c, context, out);
  const Template& as = templates_[static_cast<size_t>(c.type)];
  if (as.stack_argument != kNoArgument) {
    event.stack = Stack(c, c.arguments[as.stack_argument]);
    if (as.stack_is_subjects) event.subject_stack = event.stack;
  }
  if (as.subject_stack_argument != kNoArgument) event.subject_stack = Stack(c, c.arguments[as.subject_stack_argument]);
  return event;
}

// Without arguments: also for events that a record implies.
inline model::Event& V2Order::EmitAs(V2Type type, const V2Cursor& c, const Thread& context, model::Event* out) {
  const Template& as = templates_[static_cast<size_t>(type)];
  *out = {.time = c.time,
          .offset = c.Offset(*generation_),
          .goroutine = context.goroutine,
          .proc = context.proc,
          .thread = context.id,
          .kind = as.kind,
          .from = as.from,
          .to = as.to,
          .proc_from = as.proc_from,
          .proc_to = as.proc_to,
          .scope = as.scope,
          .name = as.name};
  return *out;
}

inline void V2Order::Require(const V2Cursor& c, const Thread& t, Need proc, Need goroutine) const {
  const bool has_proc = t.proc != model::kNoProc;
  const bool has_goroutine = t.goroutine != model::kNoGoroutine;
  if (proc != Need::kAny && (proc == Need::kSome) != has_proc) [[unlikely]]
    FailNeed(c, t);
  if (goroutine != Need::kAny && (goroutine == Need::kSome) != has_goroutine) [[unlikely]]
    FailNeed(c, t);
}

inline model::StackId V2Order::Stack(const V2Cursor& c, uint64_t number) {
  const model::StackId id = generation_->stacks.Find(number);
  if (id != generation_->stacks.kMissing) [[likely]]
    return id;
  return MissingStack(c, number);
}

inline model::StringId V2Order::String(const V2Cursor& c, uint64_t number) {
  const model::StringId id = generation_->strings.Find(number);
  if (id != generation_->strings.kMissing) [[likely]]
    return id;
  return MissingString(c, number);
}

}  // namespace proto::gotrace
