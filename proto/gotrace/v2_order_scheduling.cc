#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proto/gotrace/v2_order.h"

// Procs and goroutines: what a thread may do next, and what that changes.
namespace proto::gotrace {
namespace {

using model::Event;
using model::GoState;
using model::ProcState;

constexpr GoState StateOf(GoStatus status) {
  constexpr GoState kStates[] = {GoState::kUndetermined, GoState::kRunnable, GoState::kRunning, GoState::kSyscall,
                                 GoState::kWaiting};
  return kStates[static_cast<size_t>(status)];
}

constexpr ProcState StateOf(ProcStatus status) {
  constexpr ProcState kStates[] = {ProcState::kUndetermined, ProcState::kRunning, ProcState::kIdle, ProcState::kRunning,
                                   ProcState::kIdle};
  return kStates[static_cast<size_t>(status)];
}

int64_t Signed(uint64_t argument) { return static_cast<int64_t>(argument); }

}  // namespace

// The goroutine that the thread runs, which must be in that status.
V2Order::Goroutine& V2Order::Running(const V2Cursor& c, const Thread& t, GoStatus status) {
  Goroutine* goroutine = goroutines_.Find(static_cast<uint64_t>(t.goroutine));
  if (goroutine == nullptr) Fail(c, fmt::format("is of goroutine {}, which does not exist", t.goroutine));
  if (goroutine->status != status) {
    Fail(c, fmt::format("is of goroutine {}, which is {}, wanted {}", t.goroutine, Name(StateOf(goroutine->status)),
                        Name(StateOf(status))));
  }
  return *goroutine;
}

V2Order::Proc& V2Order::ProcOf(const V2Cursor& c, const Thread& t) {
  Proc* proc = procs_.Find(static_cast<uint64_t>(t.proc));
  if (proc == nullptr) Fail(c, fmt::format("is on proc {}, which does not exist", t.proc));
  return *proc;
}

void V2Order::EraseGoroutine(model::GoroutineId id) {
  if (goroutines_.Find(static_cast<uint64_t>(id))->has_had_regions) user_work_.EndGoroutine(id);
  goroutines_.Erase(static_cast<uint64_t>(id));
}

size_t V2Order::ProcStart(const V2Cursor& c, Thread& t, Event* out) {
  Proc* proc = procs_.Find(c.arguments[0]);
  // A thread that comes out of a system call keeps its old proc until that was stolen.
  if (proc == nullptr || proc->status != ProcStatus::kIdle || !Follows(proc->sequence, c.arguments[1]) ||
      t.proc != model::kNoProc)
    return 0;
  proc->status = ProcStatus::kRunning;
  proc->sequence = Now(c.arguments[1]);
  Emit(c, t, out).subject = Signed(c.arguments[0]);
  t.proc = Signed(c.arguments[0]);
  return 1;
}

size_t V2Order::ProcStop(const V2Cursor& c, Thread& t, Event* out) {
  Proc& proc = ProcOf(c, t);
  if (proc.status != ProcStatus::kRunning && proc.status != ProcStatus::kSyscall)
    Fail(c, fmt::format("is of proc {}, which does not run", t.proc));
  proc.status = ProcStatus::kIdle;
  Emit(c, t, out).subject = t.proc;
  t.proc = model::kNoProc;
  return 1;
}

// Another thread (or the same) takes a proc away from a thread that sits in a system call.
size_t V2Order::ProcSteal(const V2Cursor& c, Thread& t, Event* out) {
  const model::ProcId id = Signed(c.arguments[0]);
  Proc* proc = procs_.Find(c.arguments[0]);
  if (proc == nullptr || (proc->status != ProcStatus::kSyscall && proc->status != ProcStatus::kSyscallAbandoned) ||
      !Follows(proc->sequence, c.arguments[1])) {
    return 0;
  }
  Event& event = Emit(c, t, out);
  event.subject = id;
  proc->sequence = Now(c.arguments[1]);
  if (std::exchange(proc->status, ProcStatus::kIdle) == ProcStatus::kSyscallAbandoned) {
    event.proc_from = ProcState::kIdle;  // whose it was has been lost
    return 1;
  }
  const model::ThreadId victim = Signed(c.arguments[2]);
  if (victim == c.thread) {
    if (t.proc != id) Fail(c, fmt::format("takes proc {} from its own thread, which has proc {}", id, t.proc));
    t.proc = model::kNoProc;
    return 1;
  }
  const uint32_t* row = thread_rows_.Find(c.arguments[2]);
  if (row == nullptr) Fail(c, fmt::format("takes proc {} from thread {}, which is not known", id, victim));
  Thread& other = threads_[*row];
  if (other.proc != id) Fail(c, fmt::format("takes proc {} from thread {}, which has proc {}", id, victim, other.proc));
  other.proc = model::kNoProc;
  return 1;
}

// Said once per generation for each proc, before anything else of it.
size_t V2Order::ProcStatusIs(const V2Cursor& c, Thread& t, Event* out) {
  const model::ProcId id = Signed(c.arguments[0]);
  if (c.arguments[1] > static_cast<uint64_t>(ProcStatus::kSyscallAbandoned))
    Fail(c, fmt::format("has status {}, at most 4 is known", c.arguments[1]));
  auto status = static_cast<ProcStatus>(c.arguments[1]);
  const bool is_bound = status == ProcStatus::kRunning || status == ProcStatus::kSyscall;
  Thread context = t;
  ProcState before = StateOf(status);
  if (Proc* proc = procs_.Find(c.arguments[0])) {
    const bool is_stolen_soon = status == ProcStatus::kSyscallAbandoned && proc->status == ProcStatus::kSyscall;
    if (!is_stolen_soon && proc->status != status) {
      Fail(c, fmt::format("says that proc {} has status {}, it had {}", id, c.arguments[1], static_cast<int>(proc->status)));
    }
    if (is_stolen_soon) {
      // Told by the thief; the proc is still bound to the thread in the system call, and the event belongs there.
      before = ProcState::kRunning;
      status = ProcStatus::kSyscall;
      const auto owner = std::ranges::find(threads_, id, &Thread::proc);
      if (owner == threads_.end()) Fail(c, fmt::format("is of proc {}, which no thread has", id));
      context = *owner;
    }
    proc->sequence = Now(0);
  } else {
    procs_.Add(c.arguments[0], {.sequence = Now(0), .status = status});
    before = IsFirstGeneration() ? ProcState::kUndetermined : ProcState::kNotExist;
  }
  Event& event = Emit(c, context, out);
  event.subject = id;
  event.proc_from = before;
  event.proc_to = StateOf(status);
  if (is_bound) t.proc = id;
  return 1;
}

size_t V2Order::GoCreate(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kAny);
  const Goroutine* creator = goroutines_.Find(static_cast<uint64_t>(t.goroutine));
  if (creator != nullptr && creator->status != GoStatus::kRunning)
    Fail(c, fmt::format("is of goroutine {}, which does not run", t.goroutine));
  if (goroutines_.Find(c.arguments[0]) != nullptr)
    Fail(c, fmt::format("creates goroutine {}, which exists", c.arguments[0]));
  const auto status = c.type == V2Type::kGoCreate ? GoStatus::kRunnable : GoStatus::kWaiting;
  goroutines_.Add(c.arguments[0], {.sequence = Now(0), .status = status});
  Emit(c, t, out).subject = Signed(c.arguments[0]);
  return 1;
}

// A thread of C calls into Go: its goroutine appears in a system call.
size_t V2Order::GoCreateSyscall(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kAny, Need::kNone);
  if (goroutines_.Find(c.arguments[0]) != nullptr)
    Fail(c, fmt::format("creates goroutine {}, which exists", c.arguments[0]));
  goroutines_.Add(c.arguments[0], {.sequence = Now(0), .status = GoStatus::kSyscall});
  Emit(c, t, out).subject = Signed(c.arguments[0]);
  t.goroutine = Signed(c.arguments[0]);
  return 1;
}

size_t V2Order::GoStart(const V2Cursor& c, Thread& t, Event* out) {
  Goroutine* goroutine = goroutines_.Find(c.arguments[0]);
  if (goroutine == nullptr || goroutine->status != GoStatus::kRunnable || !Follows(goroutine->sequence, c.arguments[1]))
    return 0;
  Require(c, t, Need::kSome, Need::kNone);
  goroutine->status = GoStatus::kRunning;
  goroutine->sequence = Now(c.arguments[1]);
  Emit(c, t, out).subject = Signed(c.arguments[0]);
  t.goroutine = Signed(c.arguments[0]);
  return 1;
}

size_t V2Order::GoStopRunning(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Goroutine& goroutine = Running(c, t, GoStatus::kRunning);
  Event& event = Emit(c, t, out);
  event.subject = t.goroutine;
  if (c.type == V2Type::kGoDestroy) {
    EraseGoroutine(t.goroutine);
  } else {
    SetReason(c, c.arguments[0], event);
    goroutine.status = c.type == V2Type::kGoStop ? GoStatus::kRunnable : GoStatus::kWaiting;
  }
  t.goroutine = model::kNoGoroutine;
  return 1;
}

// Anybody can do this: a goroutine, a timer, the network poller.
size_t V2Order::GoUnblock(const V2Cursor& c, Thread& t, Event* out) {
  Goroutine* goroutine = goroutines_.Find(c.arguments[0]);
  if (goroutine == nullptr || goroutine->status != GoStatus::kWaiting || !Follows(goroutine->sequence, c.arguments[1]))
    return 0;
  goroutine->status = GoStatus::kRunnable;
  goroutine->sequence = Now(c.arguments[1]);
  Emit(c, t, out).subject = Signed(c.arguments[0]);
  return 1;
}

// Coroutines: three events in one record. The next goroutine is woken, the current one blocks or ends, the next starts.
size_t V2Order::GoSwitch(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Goroutine& current = Running(c, t, GoStatus::kRunning);
  Goroutine* next = goroutines_.Find(c.arguments[0]);
  if (next == nullptr || next->status != GoStatus::kWaiting || !Follows(next->sequence, c.arguments[1])) return 0;
  next->status = GoStatus::kRunning;
  next->sequence = Now(c.arguments[1]);
  Emit(c, t, &out[0]).subject = Signed(c.arguments[0]);
  const bool ends = c.type == V2Type::kGoSwitchDestroy;
  EmitAs(ends ? V2Type::kGoDestroy : V2Type::kGoBlock, c, t, &out[1]).subject = t.goroutine;
  if (ends) {
    EraseGoroutine(t.goroutine);
  } else {
    current.status = GoStatus::kWaiting;
  }
  t.goroutine = model::kNoGoroutine;
  EmitAs(V2Type::kGoStart, c, t, &out[2]).subject = Signed(c.arguments[0]);
  t.goroutine = Signed(c.arguments[0]);
  return 3;
}

size_t V2Order::GoSyscallBegin(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Goroutine& goroutine = Running(c, t, GoStatus::kRunning);
  Proc& proc = ProcOf(c, t);
  // The proc's number is here so that a thief's ProcSteal can't be taken for that of another system call.
  if (!Follows(proc.sequence, c.arguments[0])) {
    Fail(c, fmt::format("has number {} on proc {}, wanted {}", c.arguments[0], t.proc, proc.sequence.number + 1));
  }
  goroutine.status = GoStatus::kSyscall;
  proc.status = ProcStatus::kSyscall;
  proc.sequence = Now(c.arguments[0]);
  Emit(c, t, out).subject = t.goroutine;
  return 1;
}

size_t V2Order::GoSyscallEnd(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Goroutine& goroutine = Running(c, t, GoStatus::kSyscall);
  Proc& proc = ProcOf(c, t);
  if (proc.status != ProcStatus::kSyscall) Fail(c, fmt::format("is on proc {}, which is in no system call", t.proc));
  goroutine.status = GoStatus::kRunning;
  proc.status = ProcStatus::kRunning;
  Emit(c, t, out).subject = t.goroutine;
  return 1;
}

// The system call took so long that its proc was taken away: it must be gone before this may come.
size_t V2Order::GoSyscallEndBlocked(const V2Cursor& c, Thread& t, Event* out) {
  if (t.proc != model::kNoProc && ProcOf(c, t).status == ProcStatus::kSyscall) return 0;
  Require(c, t, Need::kAny, Need::kSome);
  Running(c, t, GoStatus::kSyscall).status = GoStatus::kRunnable;
  Emit(c, t, out).subject = t.goroutine;
  t.goroutine = model::kNoGoroutine;
  return 1;
}

// The thread of C goes, and its goroutine with it. A proc that it still has is given up: the number of the thread may be
// used again by the system, so nobody can tell later from whom that proc is taken.
size_t V2Order::GoDestroySyscall(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kAny, Need::kSome);
  Running(c, t, GoStatus::kSyscall);
  size_t count = 0;
  const Thread before = t;
  if (t.proc != model::kNoProc) {
    Proc& proc = ProcOf(c, t);
    if (proc.status != ProcStatus::kSyscall) Fail(c, fmt::format("is on proc {}, which is in no system call", t.proc));
    proc.status = ProcStatus::kSyscallAbandoned;
    EmitAs(V2Type::kProcSteal, c, before, &out[count++]).subject = t.proc;
    t.proc = model::kNoProc;
  }
  EraseGoroutine(t.goroutine);
  Emit(c, before, &out[count++]).subject = t.goroutine;
  t.goroutine = model::kNoGoroutine;
  return count;
}

// Said once per generation for each goroutine that was there before it, at its first event or at the end.
size_t V2Order::GoStatusIs(const V2Cursor& c, Thread& t, Event* out) {
  const model::GoroutineId id = Signed(c.arguments[0]);
  const model::ThreadId thread = Signed(c.arguments[1]);
  if (c.arguments[2] == 0 || c.arguments[2] > static_cast<uint64_t>(GoStatus::kWaiting))
    Fail(c, fmt::format("has status {}, 1 to 4 are known", c.arguments[2]));
  const auto status = static_cast<GoStatus>(c.arguments[2]);
  GoState before = StateOf(status);
  if (Goroutine* goroutine = goroutines_.Find(c.arguments[0])) {
    if (goroutine->status != status) {
      Fail(c, fmt::format("says that goroutine {} is {}, it was {}", id, Name(StateOf(status)),
                          Name(StateOf(goroutine->status))));
    }
    goroutine->sequence = Now(0);
  } else {
    if (!IsFirstGeneration())
      Fail(c, fmt::format("is of goroutine {}, which has not been heard of before this generation", id));
    goroutines_.Add(c.arguments[0], {.sequence = Now(0), .status = status});
    before = GoState::kUndetermined;
  }
  Thread context = t;
  if (status == GoStatus::kRunning) t.goroutine = id;
  if (status == GoStatus::kSyscall) {
    if (thread == model::kNoThread) Fail(c, fmt::format("says that goroutine {} is in a system call on no thread", id));
    if (thread == c.thread) {
      if (!IsFirstGeneration() && t.goroutine != id)
        Fail(c, fmt::format("puts goroutine {} on a thread that has goroutine {}", id, t.goroutine));
      t.goroutine = id;
    } else if (const uint32_t* row = thread_rows_.Find(c.arguments[1]); row != nullptr && threads_[*row].is_seen) {
      if (threads_[*row].goroutine != id)
        Fail(c, fmt::format("puts goroutine {} on thread {}, which has goroutine {}", id, thread, threads_[*row].goroutine));
      context.goroutine = id;
    } else {
      Thread& other = threads_[ThreadRow(thread)];  // `t` ends here
      other.goroutine = id;
      other.is_seen = true;
    }
    context.id = thread;
  }
  Event& event = Emit(c, context, out);
  event.subject = id;
  event.from = before;
  event.to = StateOf(status);
  return 1;
}

}  // namespace proto::gotrace
