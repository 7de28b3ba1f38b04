#include "proto/gotrace/v2_ahead.h"

#include <algorithm>
#include <numeric>

namespace proto::gotrace {
namespace {

// As far as the batch holds nothing odd.
void ReadRows(const uint8_t* const begin, size_t size, V2Rows& to) {
  const uint8_t* const end = begin + size;
  const uint8_t* at = begin;
  V2Row* row = to.rows.get();
  while (at < end) {
    const uint8_t* next = at;
    row->at = static_cast<uint16_t>(at - begin);
    row->type = V2Type{*next++};
    const uint8_t count = kV2Arguments[static_cast<size_t>(row->type)];
    if (count > V2Row::kArguments) break;  // many, or not an event
    uint64_t all_bits = ReadVarint(next);
    row->units = static_cast<uint32_t>(all_bits);
    for (uint8_t i = 0; i < count; ++i) {
      const uint64_t value = ReadVarint(next);
      row->arguments[i] = static_cast<uint32_t>(value);
      all_bits |= value;
    }
    if (all_bits > UINT32_MAX || !Inside(next, at, end)) break;
    ++row;
    at = next;
  }
  to.count = static_cast<size_t>(row - to.rows.get());
  to.bytes = static_cast<uint32_t>(at - begin);
}

}  // namespace

void V2Ahead::Begin(const V2Generation& generation) {
  const std::lock_guard lock(mutex_);
  generation_ = &generation;
  batches_.assign(generation.batches.size(), {});
  by_time_.resize(batches_.size());
  std::iota(by_time_.begin(), by_time_.end(), 0);
  std::ranges::stable_sort(by_time_, {}, [&](uint32_t batch) { return generation.batches[batch].time; });
  next_ = ready_ = 0;
  changed_.notify_all();
}

void V2Ahead::End() {
  std::unique_lock lock(mutex_);
  generation_ = nullptr;
  changed_.wait(lock, [&] { return !is_reading_; });
  free_.clear();
  for (const auto& rows : all_) free_.push_back(rows.get());
}

const V2Rows* V2Ahead::Take(uint32_t batch) {
  const std::lock_guard lock(mutex_);
  Batch& taken = batches_[batch];
  const bool is_read = taken.state == State::kRead;
  taken.state = State::kTaken;
  if (!is_read) return nullptr;
  if (ready_-- == kMostReady / 2) changed_.notify_all();
  return taken.rows;
}

void V2Ahead::GiveBack(const V2Rows* rows) {
  const std::lock_guard lock(mutex_);
  free_.push_back(const_cast<V2Rows*>(rows));
}

void V2Ahead::Stop() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
  changed_.notify_all();
}

bool V2Ahead::ReadOne() {
  std::unique_lock lock(mutex_);
  return ReadOne(lock);
}

void V2Ahead::Serve() {
  std::unique_lock lock(mutex_);
  while (!is_stopped_) {
    if (!ReadOne(lock)) changed_.wait(lock);
  }
}

bool V2Ahead::ReadOne(std::unique_lock<std::mutex>& lock) {
  if (generation_ == nullptr || ready_ == kMostReady) return false;
  while (next_ < by_time_.size() && batches_[by_time_[next_]].state != State::kUnread) ++next_;
  if (next_ == by_time_.size()) return false;
  const uint32_t number = by_time_[next_++];
  const V2Batch& place = generation_->batches[number];
  const uint8_t* const bytes = generation_->at(place.offset);
  V2Rows* const rows = FreeRows();
  batches_[number].state = State::kBeingRead;
  is_reading_ = true;
  lock.unlock();
  ReadRows(bytes, place.size, *rows);
  lock.lock();
  is_reading_ = false;
  if (generation_ == nullptr) {
    changed_.notify_all();  // End() waits, and takes all rows back
  } else if (batches_[number].state == State::kTaken) {
    free_.push_back(rows);
  } else {
    batches_[number] = {.state = State::kRead, .rows = rows};
    ++ready_;
  }
  return true;
}

V2Rows* V2Ahead::FreeRows() {
  if (free_.empty()) {
    all_.push_back(std::make_unique<V2Rows>(V2Rows{.rows = std::make_unique_for_overwrite<V2Row[]>(kMostRows)}));
    return all_.back().get();
  }
  V2Rows* const rows = free_.back();
  free_.pop_back();
  return rows;
}

}  // namespace proto::gotrace
