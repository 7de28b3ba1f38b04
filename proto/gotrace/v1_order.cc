#include "proto/gotrace/v1_order.h"

#include <fmt/format.h>

#include <algorithm>

namespace proto::gotrace {
namespace {

constexpr uint32_t kNoGoroutineRow = 0;                    // of goroutine 0, which is none
constexpr uint64_t kOffsetMask = (uint64_t{1} << 40) - 1;  // a terabyte

bool IsEvent(V1Type type) {
  switch (type) {
    case V1Type::kString:
    case V1Type::kStack:
    case V1Type::kFrequency:
    case V1Type::kTimerGoroutine:
    case V1Type::kCpuSample:
      return false;
    default:
      return true;
  }
}

// "Local" records only say that they need no sequence number.
V1Type WithoutLocal(V1Type type) {
  switch (type) {
    case V1Type::kGoStartLocal:
      return V1Type::kGoStart;
    case V1Type::kGoUnblockLocal:
      return V1Type::kGoUnblock;
    case V1Type::kGoSysExitLocal:
      return V1Type::kGoSysExit;
    default:
      return type;
  }
}

}  // namespace

V1Order::V1Order(const V1File& file, model::TraceInfo& info) : file_(file), info_(info) {
  GoroutineRow(0);
  rows_.reserve(file.record_count());
  for (const auto& [proc, batches] : file.batches()) cursors_.push_back({.batches = &batches, .proc = ProcRow(proc)});
  cursors_.push_back({});
  Merge();
  std::ranges::sort(moved_, {}, [&](uint32_t row) { return std::pair(rows_[row].ticks, row); });
  const V1Row* first = Next();
  first_ticks_ = first == nullptr ? 0 : first->ticks;
  next_row_ = next_moved_ = 0;
}

const V1Row* V1Order::Next() {
  while (next_row_ < rows_.size() && rows_[next_row_].moved) ++next_row_;
  if (next_moved_ < moved_.size()) {
    const uint32_t moved = moved_[next_moved_];
    if (next_row_ == rows_.size() ||
        std::pair(rows_[moved].ticks, size_t{moved}) < std::pair(uint64_t{rows_[next_row_].ticks}, next_row_)) {
      ++next_moved_;
      return &rows_[moved];
    }
  }
  return next_row_ == rows_.size() ? nullptr : &rows_[next_row_++];
}

void V1Order::Merge() {
  std::vector<uint32_t> ready;    // a heap, earliest first
  std::vector<uint32_t> waiting;  // cursors whose next event is not in `ready`
  for (uint32_t i = 0; i < cursors_.size(); ++i) waiting.push_back(i);
  while (true) {
    for (size_t i = 0; i < waiting.size();) {
      Cursor& cursor = cursors_[waiting[i]];
      const bool is_done = !cursor.has_row && !Load(cursor);
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
    Append(cursors_[next]);
    cursors_[next].has_row = false;
  }
  if (waiting.empty()) return;
  const Cursor& cursor = cursors_[waiting.front()];
  const uint64_t byte = cursor.row.offset;
  info_.damage.push_back(
      {.begin_byte = byte,
       .end_byte = file_.offset(file_.end()),
       .what = fmt::format("byte {} (proc {}): no proc's next event fits: {} waits for an event that is not there", byte,
                           procs_[cursor.proc], SpecOf(V1Type(cursor.row.type)).name)});
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
  if (cursor.batches == nullptr) return LoadSample();
  while (true) {
    if (cursor.at == nullptr || cursor.at >= file_.end()) {
      if (cursor.next_batch == cursor.batches->size()) return false;
      const V1Batch& batch = (*cursor.batches)[cursor.next_batch++];
      cursor.at = file_.at(batch.offset);
      cursor.ticks = batch.ticks;
      if (cursor.at >= file_.end()) continue;
    }
    const V1Record record = file_.Read(cursor.at);
    cursor.at = record.type == V1Type::kBatch ? nullptr : record.next;
    if (record.type == V1Type::kBatch || !IsEvent(record.type)) continue;
    SetRow(cursor, record);
    return true;
  }
}

bool V1Order::LoadSample() {
  if (next_sample_ == file_.samples().size()) return false;
  const V1Sample& sample = file_.samples()[next_sample_++];
  Cursor& cursor = cursors_.back();
  cursor.row = {.ticks = sample.ticks,
                .offset = sample.offset & kOffsetMask,
                .type = static_cast<uint8_t>(V1Type::kCpuSample),
                .proc = ProcRow(sample.proc),
                .goroutine = GoroutineRow(sample.goroutine)};
  cursor.change = {};
  cursor.has_row = true;
  return true;
}

void V1Order::SetRow(Cursor& cursor, const V1Record& record) {
  cursor.ticks += record.time;
  uint32_t goroutine = cursor.running;
  switch (record.type) {
    case V1Type::kGoStart:
    case V1Type::kGoStartLocal:
    case V1Type::kGoStartLabel:
      goroutine = cursor.running = GoroutineRow(record.arguments[0]);
      break;
    case V1Type::kGoEnd:
    case V1Type::kGoStop:
    case V1Type::kGoSched:
    case V1Type::kGoPreempt:
    case V1Type::kGoSysBlock:
      cursor.running = kNoGoroutineRow;
      break;
    case V1Type::kGoSysExit:
    case V1Type::kGoSysExitLocal:
    case V1Type::kGoWaiting:
    case V1Type::kGoInSyscall:
      goroutine = GoroutineRow(record.arguments[0]);
      break;
    default:
      if (SpecOf(record.type).parks) cursor.running = kNoGoroutineRow;
      break;
  }
  cursor.change = ChangeOf(record.type, record, goroutine);
  cursor.row = {.ticks = cursor.ticks,
                .offset = file_.offset(record.begin) & kOffsetMask,
                .type = static_cast<uint8_t>(WithoutLocal(record.type)),
                .proc = cursor.proc,
                .goroutine = goroutine};
  cursor.has_row = true;
}

V1Order::Change V1Order::ChangeOf(V1Type type, const V1Record& record, uint32_t goroutine) {
  const uint64_t number = record.arguments[1];
  const auto of = [&](uint32_t row, uint64_t needs, Status before, uint64_t leaves, Status after, bool counts = false) {
    return Change{.needs = needs, .leaves = leaves, .goroutine = row, .before = before, .after = after, .counts = counts};
  };
  switch (type) {
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
      return {.needs = record.arguments[0], .leaves = record.arguments[0] + 1, .is_gc = true};
    default:
      if (!SpecOf(type).parks && type != V1Type::kGoSysBlock) return {};
      return of(goroutine, kAnySequence, Status::kRunning, kAnySequence, Status::kWaiting);
  }
}

bool V1Order::Fits(const Change& change) const {
  if (change.is_gc) return gc_sequence_ == change.needs;
  if (change.goroutine == kNoRow) return true;
  const State& state = states_[change.goroutine];
  return state.status == change.before && (change.needs == kAnySequence || state.sequence == change.needs);
}

void V1Order::Append(const Cursor& cursor) {
  const Change& change = cursor.change;
  const auto type = V1Type(cursor.row.type);
  if (change.is_gc) gc_sequence_ = change.leaves;
  if (change.goroutine != kNoRow) {
    State& state = states_[change.goroutine];
    state.status = change.after;
    if (change.counts) {
      ++state.sequence;
    } else if (change.leaves != kAnySequence) {
      state.sequence = change.leaves;
    }
  }
  V1Row row = cursor.row;
  if (row.ticks < last_ticks_) {
    info_.warnings.Add("time stamps out of order",
                       fmt::format("byte {}: {} on proc {}", uint64_t{row.offset}, SpecOf(type).name, proc(row)));
    row.ticks = last_ticks_;
  }
  last_ticks_ = row.ticks;
  const auto at = static_cast<uint32_t>(rows_.size());
  State& runner = states_[row.goroutine];
  if (runner.last_syscall != kNoRow && type == V1Type::kGoSysBlock) rows_[runner.last_syscall].blocked = true;
  runner.last_syscall = type == V1Type::kGoSysCall ? at : kNoRow;
  if (type == V1Type::kGoSysBlock || type == V1Type::kGoInSyscall) runner.last_block = row.ticks;
  if (type == V1Type::kGoSysExit) MoveSyscallExit(row, runner);
  if (row.moved) moved_.push_back(at);
  rows_.push_back(row);
}

void V1Order::MoveSyscallExit(V1Row& row, State& state) {
  const V1Record record = file_.Read(file_.at(row.offset));
  const uint64_t real = record.type == V1Type::kGoSysExit ? record.arguments[2] : 0;
  if (real == 0) return;
  if (state.last_block == 0 || real < state.last_block) {
    info_.warnings.Add("time stamps out of order",
                       fmt::format("byte {}: return from a system call before it began", uint64_t{row.offset}));
    return;
  }
  row.moved = true;
  row.ticks = real;
}

uint32_t V1Order::GoroutineRow(uint64_t id) {
  if (const uint32_t* row = goroutine_rows_.Find(id)) return *row;
  const auto row = static_cast<uint32_t>(goroutines_.size());
  goroutines_.push_back(id);
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
