#include "proto/gotrace/v1_order.h"

#include <fmt/format.h>

#include <algorithm>

namespace proto::gotrace {
namespace {

constexpr uint32_t kNoGoroutineRow = 0;  // of goroutine 0, which is none

}  // namespace

V1Order::V1Order(const V1File& file, model::TraceInfo& info) : file_(file), info_(info) {
  GoroutineRow(0);
  turns_.reserve(file.record_count());
  marks_.resize(file.record_count());
  for (const auto& [proc, batches] : file.batches()) places_.push_back({.batches = &batches, .proc = ProcRow(proc)});
  places_.push_back({});
  for (const Place& place : places_) cursors_.push_back({.place = place});
  Merge();
  std::ranges::sort(moved_, {}, [](const Moved& moved) { return std::pair(moved.ticks, moved.turn); });
  if (!moved_.empty()) first_ticks_ = std::min(first_ticks_, moved_.front().ticks);
  if (turns_.empty()) first_ticks_ = 0;
  next_sample_ = 0;
  last_ticks_ = 0;
  cursors_ = {};
  states_ = {};
  goroutine_rows_.Clear();
}

void V1Order::Merge() {
  std::vector<uint32_t> ready;    // a heap, earliest first
  std::vector<uint32_t> waiting;  // cursors whose next event is not in `ready`
  for (uint32_t i = 0; i < cursors_.size(); ++i) waiting.push_back(i);
  while (true) {
    for (size_t i = 0; i < waiting.size();) {
      Cursor& cursor = cursors_[waiting[i]];
      const bool is_done = !cursor.has_event && !Load(cursor);
      if (!is_done && !Fits(cursor.change)) {
        ++i;
        continue;
      }
      if (!is_done) {
        ready.push_back(waiting[i]);
        MoveUp(ready);
      }
      waiting[i] = waiting.back();
      waiting.pop_back();
    }
    if (ready.empty()) break;
    std::swap(ready.front(), ready.back());
    const uint32_t next = ready.back();
    ready.pop_back();
    MoveDown(ready);
    waiting.push_back(next);
    // What was ready need not be so any more where several procs have events of one goroutine; then it waits again.
    if (!Fits(cursors_[next].change)) continue;
    Append(next);
    cursors_[next].has_event = false;
  }
  if (waiting.empty()) return;
  const Cursor& cursor = cursors_[waiting.front()];
  const uint64_t byte = file_.offset(cursor.record);
  info_.damage.push_back(
      {.begin_byte = byte,
       .end_byte = file_.offset(file_.end()),
       .what = fmt::format("byte {} (proc {}): no proc's next event fits: {} waits for an event that is not there", byte,
                           procs_[cursor.place.proc], SpecOf(WithoutLocal(cursor.type)).name)});
}

// Among equals the one that was ready first, as the official reader's heap has it.
void V1Order::MoveUp(std::vector<uint32_t>& heap) const {
  for (size_t at = heap.size() - 1; at > 0 && Ticks(heap[at]) < Ticks(heap[(at - 1) / 2]); at = (at - 1) / 2) {
    std::swap(heap[at], heap[(at - 1) / 2]);
  }
}

void V1Order::MoveDown(std::vector<uint32_t>& heap) const {
  for (size_t at = 0;;) {
    size_t child = 2 * at + 1;
    if (child >= heap.size()) return;
    if (child + 1 < heap.size() && Ticks(heap[child + 1]) < Ticks(heap[child])) ++child;
    if (Ticks(heap[child]) >= Ticks(heap[at])) return;
    std::swap(heap[at], heap[child]);
    at = child;
  }
}

bool V1Order::Load(Cursor& cursor) {
  if (cursor.place.batches == nullptr) return LoadSample(cursor);
  if (!FindEvent(cursor.place)) return false;
  const V1Record record = file_.Read(cursor.place.at);
  cursor.place.at = record.next;
  cursor.ticks = cursor.place.ticks += record.time;
  SetEvent(cursor, record);
  return true;
}

bool V1Order::LoadSample(Cursor& cursor) {
  if (next_sample_ == file_.samples().size()) return false;
  const V1Sample& sample = file_.samples()[next_sample_++];
  cursor.place.proc = ProcRow(sample.proc);
  cursor.type = V1Type::kCpuSample;
  cursor.record = file_.at(sample.offset);
  cursor.ticks = sample.ticks;
  cursor.goroutine = GoroutineRow(sample.goroutine);
  cursor.change = {};
  cursor.has_event = true;
  return true;
}

void V1Order::SetEvent(Cursor& cursor, const V1Record& record) {
  cursor.goroutine = cursor.running;
  const V1Role role = RoleOf(record.type);
  if (role == V1Role::kStarts || role == V1Role::kNames) cursor.goroutine = GoroutineRow(record.arguments[0]);
  if (role == V1Role::kStarts) cursor.running = cursor.goroutine;
  if (role == V1Role::kStops) cursor.running = kNoGoroutineRow;
  cursor.type = record.type;
  cursor.record = record.begin;
  SetChange(cursor.change, record, cursor.goroutine);
  cursor.has_event = true;
}

// Written to its place: what is returned by value would be copied in other pieces than it was written in, which waits.
void V1Order::SetChange(Change& change, const V1Record& record, uint32_t goroutine) {
  const uint64_t number = record.arguments[1];
  const auto of = [&](uint32_t row, uint64_t needs, Status before, uint64_t leaves, Status after, bool counts = false) {
    change.needs = needs;
    change.leaves = leaves;
    change.goroutine = row;
    change.before = before;
    change.after = after;
    change.counts = counts;
    change.is_gc = false;
  };
  switch (record.type) {
    case V1Type::kGoCreate:
      return of(GoroutineRow(record.arguments[0]), 0, Status::kDead, 1, Status::kRunnable);
    case V1Type::kGoWaiting:
    case V1Type::kGoInSyscall:
      return of(goroutine, 1, Status::kRunnable, 2, Status::kWaiting);
    case V1Type::kGoStart:
    case V1Type::kGoStartLabel:
      return of(goroutine, number, Status::kRunnable, number + 1, Status::kRunning);
    case V1Type::kGoStartLocal:
      return of(goroutine, kAnySequence, Status::kRunnable, 0, Status::kRunning, true);
    case V1Type::kGoSched:
    case V1Type::kGoPreempt:
      return of(goroutine, kAnySequence, Status::kRunning, kAnySequence, Status::kRunnable);
    case V1Type::kGoUnblock:
      return of(GoroutineRow(record.arguments[0]), number, Status::kWaiting, number + 1, Status::kRunnable);
    case V1Type::kGoUnblockLocal:
      return of(GoroutineRow(record.arguments[0]), kAnySequence, Status::kWaiting, 0, Status::kRunnable, true);
    case V1Type::kGoSysExit:
      return of(goroutine, number, Status::kWaiting, number + 1, Status::kRunnable);
    case V1Type::kGoSysExitLocal:
      return of(goroutine, kAnySequence, Status::kWaiting, 0, Status::kRunnable, true);
    case V1Type::kGcStart:
      change = {.needs = record.arguments[0], .leaves = record.arguments[0] + 1, .is_gc = true};
      return;
    default:
      change.is_gc = false;
      change.goroutine = kNone;
      if (SpecOf(record.type).parks || record.type == V1Type::kGoSysBlock)
        of(goroutine, kAnySequence, Status::kRunning, kAnySequence, Status::kWaiting);
  }
}

bool V1Order::Fits(const Change& change) const {
  if (change.is_gc) return gc_sequence_ == change.needs;
  if (change.goroutine == kNone) return true;
  const State& state = states_[change.goroutine];
  return state.status == change.before && (change.needs == kAnySequence || state.sequence == change.needs);
}

void V1Order::Append(uint32_t which) {
  Cursor& cursor = cursors_[which];
  const Change& change = cursor.change;
  if (change.is_gc) gc_sequence_ = change.leaves;
  if (change.goroutine != kNone) {
    State& state = states_[change.goroutine];
    state.status = change.after;
    if (change.counts) {
      ++state.sequence;
    } else if (change.leaves != kAnySequence) {
      state.sequence = change.leaves;
    }
  }
  const V1Type type = WithoutLocal(cursor.type);
  if (cursor.ticks < last_ticks_) {
    info_.warnings.Add("time stamps out of order", fmt::format("byte {}: {} on proc {}", file_.offset(cursor.record),
                                                               SpecOf(type).name, procs_[cursor.place.proc]));
    cursor.ticks = last_ticks_;
  }
  last_ticks_ = cursor.ticks;
  const auto turn = static_cast<uint32_t>(turns_.size());
  State& runner = states_[cursor.goroutine];
  if (runner.last_syscall != kNone && type == V1Type::kGoSysBlock) marks_[runner.last_syscall] = true;
  runner.last_syscall = type == V1Type::kGoSysCall ? turn : kNone;
  if (type == V1Type::kGoSysBlock || type == V1Type::kGoInSyscall) runner.last_block = cursor.ticks;
  if (type == V1Type::kGoSysExit && MoveSyscallExit(cursor, runner, turn)) {
    marks_[turn] = true;
  } else {
    first_ticks_ = std::min(first_ticks_, cursor.ticks);
  }
  turns_.push_back(static_cast<uint16_t>(which));
}

bool V1Order::MoveSyscallExit(const Cursor& cursor, const State& state, uint32_t turn) {
  const V1Record record = file_.Read(cursor.record);
  const uint64_t real = record.type == V1Type::kGoSysExit ? record.arguments[2] : 0;
  if (real == 0) return false;
  if (state.last_block == 0 || real < state.last_block) {
    info_.warnings.Add("time stamps out of order",
                       fmt::format("byte {}: return from a system call before it began", file_.offset(cursor.record)));
    return false;
  }
  moved_.push_back({.ticks = real,
                    .offset = file_.offset(cursor.record),
                    .goroutine = record.arguments[0],
                    .turn = turn,
                    .proc = cursor.place.proc});
  return true;
}

uint32_t V1Order::GoroutineRow(uint64_t id) {
  if (const uint32_t* row = goroutine_rows_.Find(id)) return *row;
  const auto row = static_cast<uint32_t>(states_.size());
  states_.push_back({});
  goroutine_rows_.Add(id, row);
  return row;
}

uint16_t V1Order::ProcRow(int32_t proc) {
  const auto known = std::ranges::find(procs_, proc);
  if (known != procs_.end()) return static_cast<uint16_t>(known - procs_.begin());
  if (procs_.size() == UINT16_MAX) throw FormatError(0, "more than 65,535 procs");
  procs_.push_back(proc);
  return static_cast<uint16_t>(procs_.size() - 1);
}

}  // namespace proto::gotrace
