#pragma once

#include <cstdint>
#include <vector>

#include "model/event.h"

// Something over the time of a trace whose length nobody knows yet: at most kMost equal stretches, from the first moment on.
// When the trace outgrows them, neighbours are joined and the stretches are twice as long.
// Row must be default constructible and have `void Add(const Row&)`.
namespace analysis {

template <class Row>
class TimeBuckets {
 public:
  static constexpr size_t kMost = 64;

  model::Time begin() const { return begin_; }
  int64_t width() const { return width_; }
  const std::vector<Row>& rows() const { return rows_; }

  Row& At(model::Time time) {
    Reach(time);
    return rows_[static_cast<size_t>((time - begin_) / width_)];
  }

  // Calls each(row, ns) for the rows that [from, to) lies in, with how much of it lies there.
  template <class Each>
  void Spread(model::Time from, model::Time to, Each each) {
    if (to <= from) return;
    Reach(from);
    Reach(to);
    while (from < to) {
      const auto at = static_cast<size_t>((from - begin_) / width_);
      const model::Time limit = begin_ + static_cast<int64_t>(at + 1) * width_;
      const model::Time until = limit < to ? limit : to;
      each(rows_[at], until - from);
      from = until;
    }
  }

 private:
  void Reach(model::Time time) {
    if (rows_.empty()) begin_ = time;
    if (time < begin_) begin_ = time;  // only before anything else was put in
    while ((time - begin_) / width_ >= static_cast<int64_t>(kMost)) Halve();
    const auto needed = static_cast<size_t>((time - begin_) / width_) + 1;
    if (rows_.size() < needed) rows_.resize(needed);
  }

  void Halve() {
    for (size_t at = 0; at < rows_.size(); ++at) {
      if (at % 2 == 0) {
        rows_[at / 2] = rows_[at];
      } else {
        rows_[at / 2].Add(rows_[at]);
      }
    }
    rows_.resize((rows_.size() + 1) / 2);
    width_ *= 2;
  }

  model::Time begin_ = 0;
  int64_t width_ = 1'000'000;  // 1 ms to begin with
  std::vector<Row> rows_;
};

}  // namespace analysis
