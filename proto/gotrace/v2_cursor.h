#pragma once

#include <fmt/format.h>

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
    while (at_ == end_) {
      if (next_batch_ == kNoBatch) return false;
      OpenBatch(generation);
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
    // Beyond ScaleTime's range only where the file is broken; two such times still fit an int64.
    if (time > model::Time{4'500'000'000'000'000'000}) ScaleTime(UINT64_MAX, 1, Offset(generation));
    time += generation.whole_ns_per_unit != 0 && units <= UINT32_MAX
                ? static_cast<model::Time>(units * generation.whole_ns_per_unit)
                : ScaleTime(units, generation.ns_per_unit, Offset(generation));
    return true;
  }

  void Open(const V2Thread& of, uint32_t row) {
    thread = of.id;
    thread_row = row;
    next_batch_ = of.first_batch;
    at_ = end_ = nullptr;
  }

  uint64_t Offset(const V2Generation& generation) const {
    return generation.begin_byte + static_cast<uint64_t>(event - generation.bytes);
  }

 private:
  void OpenBatch(const V2Generation& generation) {
    const V2Batch& batch = generation.batches[next_batch_];
    at_ = generation.at(batch.offset);
    end_ = at_ + batch.size;
    next_batch_ = batch.next;
    event = at_;
    time = ScaleTime(batch.time, generation.ns_per_unit, batch.offset);
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
};

}  // namespace proto::gotrace
