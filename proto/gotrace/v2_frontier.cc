#include "proto/gotrace/v2_frontier.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace proto::gotrace {

void V2Frontier::Begin(const V2Generation& generation, V2Order& order) {
  heap_.clear();
  cursors_.assign(generation.threads.size(), {});
  for (uint32_t i = 0; i < cursors_.size(); ++i) {
    const V2Thread& thread = generation.threads[i];
    cursors_[i].Open(thread, order.ThreadRow(thread.id));
    cursors_[i].Use(ahead_);
    if (!cursors_[i].Next(generation)) continue;
    heap_.push_back({.time = cursors_[i].time, .cursor = i});
    MoveUp(heap_.size() - 1);
  }
}

void V2Frontier::Use(V2Ahead& ahead, const V2Generation* generation) {
  ahead_ = &ahead;
  if (generation == nullptr) return;
  for (size_t i = 0; i < cursors_.size(); ++i) {
    cursors_[i].Use(&ahead);
    for (uint32_t batch = generation->threads[i].first_batch; batch != cursors_[i].next_batch();
         batch = generation->batches[batch].next) {
      ahead.Take(batch);
    }
  }
}

void V2Frontier::Advance(const V2Generation& generation, V2Order& order, model::Time until, std::span<model::Event> room,
                         size_t& count) {
  V2Cursor& cursor = cursors_[heap_.front().cursor];
  const model::Time last = std::min(until, SecondTime());
  do {
    const size_t added = order.Advance(cursor, &room[count]);
    if (added == 0) [[unlikely]] {
      heap_.front().time = cursor.time;
      AdvanceOther(generation, order, &room[count], count);
      return;
    }
    count += added;
    if (!cursor.Next(generation)) {
      Remove(0);
      return;
    }
  } while (cursor.time <= last && count + V2Order::kMaxEvents <= room.size());
  heap_.front().time = cursor.time;
  SiftDown(0);
}

// The earliest can't come yet: it waits for an event of another thread whose clock is ahead. A sorted array is a heap.
void V2Frontier::AdvanceOther(const V2Generation& generation, V2Order& order, model::Event* out, size_t& count) {
  std::ranges::stable_sort(heap_, {}, &Entry::time);
  for (size_t i = 1; i < heap_.size(); ++i) {
    const size_t added = order.Advance(cursors_[heap_[i].cursor], out);
    if (added == 0) continue;
    count += added;
    Refresh(generation, i);
    return;
  }
  const V2Cursor& first = cursors_[heap_.front().cursor];
  throw FormatError(first.Offset(generation),
                    fmt::format("no thread's next event fits: {} of thread {} waits for an event that is not there",
                                SpecOf(first.type).name, first.thread),
                    first.thread);
}

void V2Frontier::Refresh(const V2Generation& generation, size_t at) {
  V2Cursor& cursor = cursors_[heap_[at].cursor];
  if (!cursor.Next(generation)) {
    Remove(at);
    return;
  }
  heap_[at].time = cursor.time;
  if (at == 0 || MoveUp(at) == at) SiftDown(at);
}

void V2Frontier::Remove(size_t at) {
  for (; at > 0; at = (at - 1) / 2) std::swap(heap_[(at - 1) / 2], heap_[at]);
  std::swap(heap_.front(), heap_.back());
  heap_.pop_back();
  if (!heap_.empty()) SiftDown(0);
}

// Of the heap without its top.
model::Time V2Frontier::SecondTime() const {
  model::Time time = std::numeric_limits<model::Time>::max();
  for (size_t i = 1; i < std::min<size_t>(heap_.size(), 3); ++i) time = std::min(time, heap_[i].time);
  return time;
}

size_t V2Frontier::MoveUp(size_t at) {
  for (; at > 0 && heap_[(at - 1) / 2].time > heap_[at].time; at = (at - 1) / 2) std::swap(heap_[(at - 1) / 2], heap_[at]);
  return at;
}

void V2Frontier::SiftDown(size_t at) {
  const Entry moved = heap_[at];
  const size_t size = heap_.size();
  for (size_t child = 2 * at + 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && heap_[child + 1].time < heap_[child].time) ++child;
    if (heap_[child].time >= moved.time) break;
    heap_[at] = heap_[child];
    at = child;
  }
  heap_[at] = moved;
}

}  // namespace proto::gotrace
