#pragma once

#include <vector>

#include "proto/gotrace/v2_order.h"

// The next event of each thread, earliest first: a binary heap, with the ties of the official reader. The earliest event
// that fits the scheduler's state goes first; mostly that is the top.
namespace proto::gotrace {

class V2Frontier {
 public:
  // Throws FormatError where a thread's first event can't be read.
  void Begin(const V2Generation& generation, V2Order& order);

  bool empty() const { return heap_.empty(); }
  model::Time time() const { return heap_.front().time; }

  // One record: writes its events to `out`, returns their count. Throws FormatError where none fits, or the next record of
  // the same thread can't be read; in that case `*out_count` says how many events were written before.
  size_t Advance(const V2Generation& generation, V2Order& order, model::Event* out, size_t* out_count);

 private:
  struct Entry {
    model::Time time;
    uint32_t cursor;
  };
  void SiftDown(size_t at);
  size_t MoveUp(size_t at);
  void Refresh(const V2Generation& generation, size_t at);
  void Remove(size_t at);
  size_t AdvanceOther(const V2Generation& generation, V2Order& order, model::Event* out, size_t* out_count);

  std::vector<V2Cursor> cursors_;
  std::vector<Entry> heap_;
};

}  // namespace proto::gotrace
