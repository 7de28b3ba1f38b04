#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "proto/gotrace/v1_file.h"

// All events of a v1 trace in one order. Each proc's events are in order by themselves; which proc's comes next is decided
// by time among those that fit the state of the goroutine they are about. Returns from system calls are written late and
// carry the time at which they happened, so a trace must be ordered as a whole, before the first event can be told. What
// is kept of that is whose turn it is, 2 bytes an event beside the file: the records are walked a second time to tell them.
namespace proto::gotrace {

struct V1Row {
  uint64_t ticks = 0;
  uint64_t offset = 0;     // of the record in the file
  uint64_t goroutine = 0;  // who ran, or whom it is about; 0 = none
  uint16_t proc = 0;       // row of procs()
  V1Type type = V1Type::kNone;
  bool blocked = false;  // GoSysCall: the call took its time, a GoSysBlock follows
};

class V1Order {
 public:
  V1Order(const V1File& file, model::TraceInfo& info);

  // visit(const V1Row&, const V1Record&) of the next event in order of time; false at the end.
  template <class Visit>
  bool Next(Visit visit);

  // How much of the events Next() has given, 0..1.
  double share_given() const {
    return turns_.empty() ? 1 : static_cast<double>(next_turn_) / static_cast<double>(turns_.size());
  }

  uint64_t first_ticks() const { return first_ticks_; }
  int32_t proc(const V1Row& row) const { return procs_[row.proc]; }
  size_t proc_count() const { return procs_.size(); }

 private:
  enum class Status : uint8_t { kDead, kRunnable, kRunning, kWaiting };
  static constexpr uint64_t kAnySequence = UINT64_MAX;
  static constexpr uint32_t kNone = UINT32_MAX;
  struct State {
    uint64_t sequence = 0;
    uint64_t last_block = 0;        // ticks; 0 = none
    uint32_t last_syscall = kNone;  // its turn
    Status status = Status::kDead;
  };
  // What an event needs to come next, and what it leaves behind.
  struct Change {
    uint64_t needs = kAnySequence;
    uint64_t leaves = kAnySequence;  // kAnySequence: what it was
    uint32_t goroutine = kNone;      // row of states_; kNone: fits always
    Status before = Status::kDead, after = Status::kDead;
    bool counts = false;  // the sequence goes up by one, whatever it was
    bool is_gc = false;
  };
  // Where the walk through a proc's records is.
  struct Place {
    const std::vector<V1Batch>* batches = nullptr;  // nullptr: the samples'
    size_t next_batch = 0;
    const uint8_t* at = nullptr;
    uint64_t ticks = 0;
    uint64_t running = 0;  // goroutine
    uint16_t proc = 0;
  };
  struct Cursor {
    Place place;
    uint32_t running = 0;  // row of states_
    // The next event, if there is one.
    V1Type type = V1Type::kNone;
    const uint8_t* record = nullptr;
    uint64_t ticks = 0;
    uint32_t goroutine = 0;  // row of states_
    Change change;
    bool has_event = false;
  };
  // A return from a system call, at its real time.
  struct Moved {
    uint64_t ticks;
    uint64_t offset;
    uint64_t goroutine;
    uint32_t turn;  // whose it would have been
    uint16_t proc;
  };

  void Merge();
  uint64_t Ticks(uint32_t cursor) const { return cursors_[cursor].ticks; }
  void MoveUp(std::vector<uint32_t>& heap) const;
  void MoveDown(std::vector<uint32_t>& heap) const;
  bool Load(Cursor& cursor);
  bool LoadSample(Cursor& cursor);
  void SetEvent(Cursor& cursor, const V1Record& record);
  void SetChange(Change& change, const V1Record& record, uint32_t goroutine);
  bool Fits(const Change& change) const;
  void Append(uint32_t cursor);
  bool MoveSyscallExit(const Cursor& cursor, const State& state, uint32_t turn);
  uint32_t GoroutineRow(uint64_t id);
  uint16_t ProcRow(int32_t proc);

  bool FindEvent(Place& place) const;
  V1Row RowOf(const Place& place, const V1Record& record) const;
  static V1Type WithoutLocal(V1Type type);
  bool IsMovedNext(uint64_t ticks) const {
    if (next_moved_ == moved_.size()) return false;
    const Moved& moved = moved_[next_moved_];
    return next_turn_ == turns_.size() || std::pair(moved.ticks, size_t{moved.turn}) < std::pair(ticks, next_turn_);
  }
  template <class Visit>
  void GiveMoved(Visit visit);
  template <class Visit>
  bool GiveSample(Visit visit);
  template <class Visit>
  bool GiveTurn(Place& place, Visit visit);

  const V1File& file_;
  model::TraceInfo& info_;
  uint64_t first_ticks_ = UINT64_MAX;
  std::vector<int32_t> procs_;
  std::vector<uint16_t> turns_;  // whose event it is: row of places_
  std::vector<bool> marks_;      // by turn: the system call blocked, the return from one is moved
  std::vector<Moved> moved_;     // by time
  std::vector<Place> places_;    // one a proc, the last one for the samples

  // While merging.
  std::vector<Cursor> cursors_;  // as places_
  size_t next_sample_ = 0;
  uint64_t last_ticks_ = 0;
  model::IdMap<uint32_t> goroutine_rows_;
  std::vector<State> states_;
  uint64_t gc_sequence_ = 0;

  // While events are given.
  size_t next_turn_ = 0, next_moved_ = 0;
};

// Inlined into the walk over all events.

inline V1Type V1Order::WithoutLocal(V1Type type) {
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

// Goes on to the next event; false at the end of the proc's batches.
inline bool V1Order::FindEvent(Place& place) const {
  while (true) {
    if (place.at == nullptr || place.at >= file_.end()) {
      if (place.next_batch == place.batches->size()) return false;
      const V1Batch& batch = (*place.batches)[place.next_batch++];
      place.at = file_.at(batch.offset);
      place.ticks = batch.ticks;
      if (place.at >= file_.end()) continue;
    }
    const V1Type type = V1File::TypeAt(place.at);
    if (RoleOf(type) != V1Role::kNoEvent) return true;
    place.at = type == V1Type::kBatch ? nullptr : file_.Read(place.at).next;
  }
}

inline V1Row V1Order::RowOf(const Place& place, const V1Record& record) const {
  const V1Role role = RoleOf(record.type);
  return {.ticks = place.ticks + record.time,
          .offset = file_.offset(record.begin),
          .goroutine = role == V1Role::kStarts || role == V1Role::kNames ? record.arguments[0] : place.running,
          .proc = place.proc,
          .type = WithoutLocal(record.type)};
}

template <class Visit>
bool V1Order::Next(Visit visit) {
  while (next_turn_ < turns_.size()) {
    Place& place = places_[turns_[next_turn_]];
    if (place.batches == nullptr ? GiveSample(visit) : GiveTurn(place, visit)) return true;
  }
  if (!IsMovedNext(0)) return false;
  GiveMoved(visit);
  return true;
}

// False: the turn was that of a record which is moved to elsewhere.
template <class Visit>
bool V1Order::GiveTurn(Place& place, Visit visit) {
  FindEvent(place);
  const V1Record record = file_.Read(place.at);
  V1Row row = RowOf(place, record);
  const uint64_t ticks = row.ticks;
  if (row.ticks < last_ticks_) row.ticks = last_ticks_;
  row.blocked = marks_[next_turn_];
  const bool is_moved = row.blocked && row.type == V1Type::kGoSysExit;
  if (!is_moved && IsMovedNext(row.ticks)) {
    GiveMoved(visit);
    return true;
  }
  last_ticks_ = row.ticks;
  ++next_turn_;
  place.at = record.next;
  place.ticks = ticks;
  if (const V1Role role = RoleOf(row.type); role == V1Role::kStarts || role == V1Role::kStops)
    place.running = role == V1Role::kStarts ? row.goroutine : 0;
  if (!is_moved) visit(std::as_const(row), record);
  return !is_moved;
}

template <class Visit>
bool V1Order::GiveSample(Visit visit) {
  const V1Sample& sample = file_.samples()[next_sample_];
  const V1Row row{.ticks = std::max(sample.ticks, last_ticks_),
                  .offset = sample.offset,
                  .goroutine = sample.goroutine,
                  .proc = ProcRow(sample.proc),
                  .type = V1Type::kCpuSample};
  if (IsMovedNext(row.ticks)) {
    GiveMoved(visit);
    return true;
  }
  last_ticks_ = row.ticks;
  ++next_turn_;
  ++next_sample_;
  visit(row, file_.Read(file_.at(row.offset)));
  return true;
}

template <class Visit>
void V1Order::GiveMoved(Visit visit) {
  const Moved& moved = moved_[next_moved_++];
  visit(V1Row{.ticks = moved.ticks,
              .offset = moved.offset,
              .goroutine = moved.goroutine,
              .proc = moved.proc,
              .type = V1Type::kGoSysExit},
        file_.Read(file_.at(moved.offset)));
}

}  // namespace proto::gotrace
