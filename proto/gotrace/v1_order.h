#pragma once

#include <cstdint>
#include <vector>

#include "proto/gotrace/v1_file.h"

// All events of a v1 trace in one order. Each proc's events are in order by themselves; which proc's comes next is decided
// by time among those that fit the state of the goroutine they are about. Returns from system calls are written late and
// carry the time at which they happened, so a trace must be ordered as a whole: 24 bytes an event beside the file.
namespace proto::gotrace {

struct V1Row {
  uint64_t ticks;
  uint64_t offset : 40;  // of the record in the file
  uint64_t type : 8;
  uint64_t proc : 16;  // row of procs()
  uint32_t goroutine;  // row of goroutines(): who ran, or whom it is about
  bool blocked : 1;    // GoSysCall: the call took its time, a GoSysBlock follows
  bool moved : 1;      // GoSysExit: to its real time
};

class V1Order {
 public:
  V1Order(const V1File& file, model::TraceInfo& info);

  // The next row in order of time; nullptr at the end.
  const V1Row* Next();

  // How much of the rows Next() has given, 0..1.
  double share_given() const {
    return rows_.empty() ? 1 : static_cast<double>(next_row_) / static_cast<double>(rows_.size());
  }

  uint64_t first_ticks() const { return first_ticks_; }
  uint64_t goroutine(uint32_t row) const { return goroutines_[row]; }  // 0 = none
  size_t goroutine_count() const { return goroutines_.size(); }
  uint32_t GoroutineRow(uint64_t id);
  int32_t proc(const V1Row& row) const { return procs_[row.proc]; }
  size_t proc_count() const { return procs_.size(); }

 private:
  enum class Status : uint8_t { kDead, kRunnable, kRunning, kWaiting };
  static constexpr uint64_t kAnySequence = UINT64_MAX;
  static constexpr uint32_t kNoRow = UINT32_MAX;
  struct State {
    uint64_t sequence = 0;
    uint64_t last_block = 0;         // ticks; 0 = none
    uint32_t last_syscall = kNoRow;  // row of rows_
    Status status = Status::kDead;
  };
  // What an event needs to come next, and what it leaves behind.
  struct Change {
    uint64_t needs = kAnySequence;
    uint64_t leaves = kAnySequence;  // kAnySequence: what it was
    uint32_t goroutine = kNoRow;     // kNoRow: fits always
    Status before = Status::kDead, after = Status::kDead;
    bool counts = false;  // the sequence goes up by one, whatever it was
    bool is_gc = false;
  };
  struct Cursor {
    const std::vector<V1Batch>* batches = nullptr;
    size_t next_batch = 0;
    const uint8_t* at = nullptr;
    uint64_t ticks = 0;
    uint32_t running = 0;  // goroutine: row of goroutines_
    uint16_t proc = 0;
    V1Row row{};  // the next event
    Change change;
    bool has_row = false;
  };

  void Merge();
  uint64_t Ticks(uint32_t cursor) const { return cursors_[cursor].row.ticks; }
  void MoveUp(std::vector<uint32_t>& heap) const;
  void MoveDown(std::vector<uint32_t>& heap) const;
  bool Load(Cursor& cursor);
  bool LoadSample();
  void SetRow(Cursor& cursor, const V1Record& record);
  Change ChangeOf(V1Type type, const V1Record& record, uint32_t goroutine);
  bool Fits(const Change& change) const;
  void Append(const Cursor& cursor);
  void MoveSyscallExit(V1Row& row, State& state);
  uint16_t ProcRow(int32_t proc);

  const V1File& file_;
  model::TraceInfo& info_;
  std::vector<Cursor> cursors_;  // one a proc, the last one for the samples
  size_t next_sample_ = 0;
  std::vector<V1Row> rows_;
  std::vector<uint32_t> moved_;  // rows that are not at their place, by their time
  size_t next_row_ = 0, next_moved_ = 0;
  uint64_t first_ticks_ = 0;
  uint64_t last_ticks_ = 0;  // while merging

  std::vector<uint64_t> goroutines_;
  model::IdMap<uint32_t> goroutine_rows_;
  std::vector<State> states_;  // by row of goroutines_
  uint64_t gc_sequence_ = 0;
  std::vector<int32_t> procs_;
};

}  // namespace proto::gotrace
