#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <utility>
#include <vector>

#include "model/event.h"

namespace analysis {

// Whose turn it is: who came first, and of those that came at once, the older goroutine.
struct WaitPlace {
  model::Time queued_at = 0;
  model::GoroutineId goroutine = model::kNoGoroutine;
  auto operator<=>(const WaitPlace&) const = default;
};

// Those who wait, each with a Row, in the order of their places. Nearly all come last and leave soon, so they stand in a
// vector: a new one is put at the end, one that leaves is crossed out, and rows are moved up when most are. O(log n), but
// for one that gets a place in the middle.
template <class Row>
class WaitQueue {
 public:
  // False if there is somebody at this place.
  bool Add(WaitPlace place, Row row) {
    auto at = entries_.empty() || entries_.back().place < place ? entries_.end() : LowerBound(place);
    if (at == entries_.end() || at->place != place) {
      at = entries_.insert(at, {place, std::move(row), true});
    } else {
      if (at->is_there) return false;
      *at = {place, std::move(row), true};
    }
    first_ = std::min(first_, static_cast<size_t>(at - entries_.begin()));
    ++size_;
    return true;
  }

  const Row* Find(WaitPlace place) const {
    const auto at = std::ranges::lower_bound(entries_, place, {}, &Entry::place);
    return at == entries_.end() || at->place != place || !at->is_there ? nullptr : &at->row;
  }

  void Erase(WaitPlace place) {  // of somebody who is there
    LowerBound(place)->is_there = false;
    --size_;
    while (first_ < entries_.size() && !entries_[first_].is_there) ++first_;
    if (entries_.size() <= 2 * size_ + kSpare) return;
    std::erase_if(entries_, [](const Entry& entry) { return !entry.is_there; });
    first_ = 0;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const WaitPlace& first() const { return entries_[first_].place; }  // not of an empty one
  size_t CountBefore(WaitPlace place) const {                        // O(n)
    return static_cast<size_t>(
        std::ranges::count_if(entries_, [&](const Entry& entry) { return entry.is_there && entry.place < place; }));
  }

  template <class Visit>
  void ForEach(Visit visit) {  // visit(place, row), in order
    for (Entry& entry : entries_) {
      if (entry.is_there) visit(std::as_const(entry.place), entry.row);
    }
  }

 private:
  static constexpr size_t kSpare = 16;  // crossed out without being moved up
  struct Entry {
    WaitPlace place;
    Row row;
    bool is_there = false;
  };

  auto LowerBound(WaitPlace place) { return std::ranges::lower_bound(entries_, place, {}, &Entry::place); }

  std::vector<Entry> entries_;  // ascending
  size_t first_ = 0;            // of those that are there
  size_t size_ = 0;
};

}  // namespace analysis
