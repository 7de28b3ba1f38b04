#pragma once

#include <span>
#include <vector>

#include "proto/gotrace/v2_order.h"

// The next event of each thread, earliest first: a binary heap, with the ties of the official reader. The earliest event
// that fits the scheduler's state goes first; mostly that is the top, and mostly the next one is of the same thread.
namespace proto::gotrace {

class V2Frontier {
 public:
  // Throws FormatError where a thread's first event can't be read.
  void Begin(const V2Generation& generation, V2Order& order);

  // Takes batches from `ahead` from now on; from the next generation on where there is none that has begun.
  void Use(V2Ahead& ahead, const V2Generation* generation);

  bool empty() const { return heap_.empty(); }
  model::Time time() const { return heap_.front().time; }

  // One record, and those behind it in the same thread as long as they are the earliest, not later than `until`, and `room`
  // has place for what a record may become. Adds to `count`, the events in `room`. Throws FormatError where no record fits,
  // or the next one of the same thread can't be read; the events before are there nevertheless.
  void Advance(const V2Generation& generation, V2Order& order, model::Time until, std::span<model::Event> room,
               size_t& count);

 private:
  struct Entry {
    model::Time time;
    uint32_t cursor;
  };
  void SiftDown(size_t at);
  size_t MoveUp(size_t at);
  void Refresh(const V2Generation& generation, size_t at);
  void Remove(size_t at);
  void AdvanceOther(const V2Generation& generation, V2Order& order, model::Event* out, size_t& count);
  model::Time SecondTime() const;

  V2Ahead* ahead_ = nullptr;  // nobody reads ahead
  std::vector<V2Cursor> cursors_;
  std::vector<Entry> heap_;
};

}  // namespace proto::gotrace
