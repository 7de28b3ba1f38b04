#pragma once

#include <fmt/format.h>

#include "proto/gotrace/v2_ahead.h"
#include "proto/gotrace/v2_generation.h"

// Steps through the events of one thread in one generation, batch after batch.
namespace proto::gotrace {

struct V2Cursor {
  model::Time time = 0;  // of the event that `type` and `arguments` are of
  uint64_t arguments[kMaxV2Arguments] = {};
  V2Type type = V2Type::kNone;
  uint32_t thread_row = 0;  // in the ordering's table of threads
  model::ThreadId thread = model::kNoThread;
  const uint8_t* event = nullptr;

  // Decodes the next event; false at the end of the thread's batches. Throws FormatError.
  bool Next(const V2Generation& generation) {
    while (row_ == rows_end_ && at_ == end_) {
      if (next_batch_ == kNoBatch) return false;
      OpenBatch(generation);
    }
    if (row_ != rows_end_) {
      TakeRow(generation);
      return true;
    }
    const uint8_t* at = at_;
    event = at;
    type = V2Type{*at++};
    const uint8_t count = kV2Arguments[static_cast<size_t>(type)];
    if (count == kNotTimed) [[unlikely]]
      FailType(generation);
    const uint64_t units = ReadVarint(at);
    for (uint8_t i = 0; i < count; ++i) arguments[i] = ReadVarint(at);
    if (!Inside(at, event, end_)) [[unlikely]]
      FailShort(generation);
    at_ = at;
    AddTime(units, generation);
    return true;
  }

  void Open(const V2Thread& of, uint32_t row) {
    thread = of.id;
    thread_row = row;
    next_batch_ = of.first_batch;
    at_ = end_ = nullptr;
  }

  // From now on batches come from there as far as they have been read.
  void Use(V2Ahead* ahead) { ahead_ = ahead; }
  uint32_t next_batch() const { return next_batch_; }

  uint64_t Offset(const V2Generation& generation) const {
    return generation.begin_byte + static_cast<uint64_t>(event - generation.bytes);
  }

 private:
  void OpenBatch(const V2Generation& generation) {
    const V2Batch& batch = generation.batches[next_batch_];
    at_ = generation.at(batch.offset);
    end_ = at_ + batch.size;
    event = at_;
    time = ScaleTime(batch.time, generation.ns_per_unit, batch.offset);
    if (ahead_ != nullptr) TakeRows();
    next_batch_ = batch.next;
  }

  void TakeRows() {
    if (rows_ != nullptr) ahead_->GiveBack(rows_);
    rows_ = ahead_->Take(next_batch_);
    if (rows_ == nullptr) return;
    row_ = rows_->rows.get();
    rows_end_ = row_ + rows_->count;
    first_ = at_;
    at_ += rows_->bytes;
  }

  void TakeRow(const V2Generation& generation) {
    __builtin_prefetch(row_ + 32);
    event = first_ + row_->at;
    type = row_->type;
    for (size_t i = 0; i < V2Row::kArguments; ++i) arguments[i] = row_->arguments[i];
    AddTime(row_++->units, generation);
  }

  void AddTime(uint64_t units, const V2Generation& generation) {
    // Beyond ScaleTime's range only where the file is broken; two such times still fit an int64.
    if (time > model::Time{4'500'000'000'000'000'000}) ScaleTime(UINT64_MAX, 1, Offset(generation));
    time += generation.whole_ns_per_unit != 0 && units <= UINT32_MAX
                ? static_cast<model::Time>(units * generation.whole_ns_per_unit)
                : ScaleTime(units, generation.ns_per_unit, Offset(generation));
  }

  [[noreturn]] void FailType(const V2Generation& generation) const {
    throw FormatError(Offset(generation), fmt::format("found a record of type {}, wanted an event", static_cast<int>(type)),
                      thread);
  }
  [[noreturn]] void FailShort(const V2Generation& generation) const {
    throw FormatError(Offset(generation), fmt::format("the batch ends in the middle of a {} event", SpecOf(type).name),
                      thread);
  }

  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint32_t next_batch_ = kNoBatch;
  V2Ahead* ahead_ = nullptr;  // nullptr: nobody reads ahead
  const V2Rows* rows_ = nullptr;
  const V2Row* row_ = nullptr;  // the next one
  const V2Row* rows_end_ = nullptr;
  const uint8_t* first_ = nullptr;  // of the batch that they are of
};

}  // namespace proto::gotrace
