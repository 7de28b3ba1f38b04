#include <fmt/format.h>

#include "proto/gotrace/v2_order.h"

// The collector's phases, and what programs say about themselves: tasks, regions, logs, labels.
namespace proto::gotrace {

using model::Event;

// Begin and end may come from different threads, so they are numbered.
size_t V2Order::GcMark(const V2Cursor& c, Thread& t, Event* out) {
  const uint64_t number = c.arguments[0];
  const bool is_end = c.type == V2Type::kGcEnd;
  const bool is_active = c.type == V2Type::kGcActive;
  const bool is_first = !is_end && (is_active ? IsFirstGeneration() : gc_ == Gc::kUndetermined);
  if (is_first) {
    if (is_active && gc_ != Gc::kUndetermined) Fail(c, "is not the first word about the collector");
  } else {
    if (number != gc_sequence_ + 1) return 0;
    if (is_end != (gc_ == Gc::kOn) && !is_active) Fail(c, is_end ? "while no collection is on" : "while a collection is on");
    if (is_active && gc_ != Gc::kOn) Fail(c, "while no collection is on");
    Require(c, t, Need::kSome, Need::kSome);
  }
  gc_sequence_ = number;
  gc_ = is_end ? Gc::kOff : Gc::kOn;
  Emit(c, t, out);
  return 1;
}

size_t V2Order::GcSweep(const V2Cursor& c, Thread& t, Event* out) {
  model::ProcId id = t.proc;
  if (c.type == V2Type::kGcSweepActive) {
    id = static_cast<model::ProcId>(c.arguments[0]);
  } else {
    Require(c, t, Need::kSome, Need::kAny);
  }
  Proc* proc = procs_.Find(static_cast<uint64_t>(id));
  if (proc == nullptr) Fail(c, fmt::format("is of proc {}, which does not exist", id));
  const bool must_sweep = c.type == V2Type::kGcSweepEnd || (c.type == V2Type::kGcSweepActive && !IsFirstGeneration());
  if (proc->sweeps != must_sweep)
    Fail(c, fmt::format("is of proc {}, which {}", id, must_sweep ? "does not sweep" : "sweeps already"));
  proc->sweeps = c.type != V2Type::kGcSweepEnd;
  Emit(c, t, out).subject = id;
  return 1;
}

// Stopping the world and assisting the collector are a goroutine's.
size_t V2Order::GoRange(const V2Cursor& c, Thread& t, Event* out) {
  model::GoroutineId id = t.goroutine;
  if (c.type == V2Type::kGcMarkAssistActive) {
    id = static_cast<model::GoroutineId>(c.arguments[0]);
  } else {
    Require(c, t, Need::kSome, Need::kSome);
  }
  Goroutine* goroutine = goroutines_.Find(static_cast<uint64_t>(id));
  if (goroutine == nullptr) Fail(c, fmt::format("is of goroutine {}, which does not exist", id));
  const bool is_stop = c.type == V2Type::kStwBegin || c.type == V2Type::kStwEnd;
  const bool is_end = c.type == V2Type::kStwEnd || c.type == V2Type::kGcMarkAssistEnd;
  const bool must_be_on = is_end || (c.type == V2Type::kGcMarkAssistActive && !IsFirstGeneration());
  bool& is_on = is_stop ? goroutine->stops_the_world : goroutine->assists;
  if (is_on != must_be_on)
    Fail(c, fmt::format("is of goroutine {}, which {} so", id, must_be_on ? "does not do" : "already does"));
  is_on = !is_end;
  Event& event = Emit(c, t, out);
  event.subject = id;
  if (c.type == V2Type::kStwBegin) goroutine->stop_name = StopName(String(c, c.arguments[0]));
  if (is_stop) event.name = goroutine->stop_name;
  return 1;
}

model::StringId V2Order::StopName(model::StringId kind) {
  const auto [at, is_new] = stop_names_.try_emplace(kind.value);
  if (is_new) {
    before_tables_change_();
    at->second = symbols_.InternString(fmt::format("stop-the-world ({})", symbols_.text(kind)));
  }
  return at->second;
}

size_t V2Order::TaskBegin(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Event& event = Emit(c, t, out);
  event.subject = static_cast<int64_t>(c.arguments[0]);
  event.parent_task = c.arguments[1] == 0 ? model::kNoTask : c.arguments[1];
  event.name = String(c, c.arguments[2]);
  user_work_.BeginTask(c.arguments[0], {.parent = event.parent_task, .name = event.name}, [&] { return Where(c); });
  return 1;
}

// May come again for the same task, and for tasks that are older than the trace.
size_t V2Order::TaskEnd(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Event& event = Emit(c, t, out);
  event.subject = static_cast<int64_t>(c.arguments[0]);
  if (const auto task = user_work_.EndTask(c.arguments[0], [&] { return Where(c); })) {
    event.parent_task = task->parent;
    event.name = task->name;
  }
  return 1;
}

size_t V2Order::RegionBeginOrEnd(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Goroutine* goroutine = goroutines_.Find(static_cast<uint64_t>(t.goroutine));
  if (goroutine == nullptr) Fail(c, fmt::format("is of goroutine {}, which does not exist", t.goroutine));
  Event& event = Emit(c, t, out);
  event.subject = static_cast<int64_t>(c.arguments[0]);
  event.name = String(c, c.arguments[1]);
  const UserWork::Region region{.task = c.arguments[0], .name = event.name};
  if (c.type == V2Type::kUserRegionBegin) {
    user_work_.BeginRegion(t.goroutine, region);
    goroutine->has_had_regions = true;
  } else if (goroutine->has_had_regions) {
    user_work_.EndRegion(t.goroutine, region, [&] { return Where(c); });
  }
  return 1;
}

size_t V2Order::Annotation(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, Need::kSome);
  Event& event = Emit(c, t, out);
  if (c.type == V2Type::kGoLabel) {
    event.subject = t.goroutine;
    event.name = String(c, c.arguments[0]);
  } else {
    event.subject = static_cast<int64_t>(c.arguments[0]);
    event.name = String(c, c.arguments[1]);
    event.text = String(c, c.arguments[2]);
  }
  return 1;
}

size_t V2Order::Metric(const V2Cursor& c, Thread& t, Event* out) {
  Require(c, t, Need::kSome, c.type == V2Type::kProcsChange ? Need::kSome : Need::kAny);
  Emit(c, t, out).value = c.arguments[0];
  return 1;
}

}  // namespace proto::gotrace
