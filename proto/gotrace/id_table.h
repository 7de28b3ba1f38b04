#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

// The strings or stacks of one generation: numbers of the file -> ids of the model. Filled, then finished, then asked.
// Real files number densely from 1; for others it falls back on binary search, so no number is too absurd. 0 is always
// there: the empty string, the empty stack.
namespace proto::gotrace {

template <class Id>
class IdTable {
 public:
  void Clear() {
    rows_.clear();
    dense_.clear();
  }

  void Add(uint64_t number, Id id) { rows_.emplace_back(number, id); }

  // The first of a number that was added twice, if there is one.
  std::optional<uint64_t> Finish() {
    rows_.emplace_back(0, Id(0));
    std::ranges::stable_sort(rows_, {}, &Row::first);
    const auto twice = std::ranges::adjacent_find(rows_, {}, &Row::first);
    const std::optional<uint64_t> found = twice == rows_.end() ? std::nullopt : std::optional(twice->first);
    const uint64_t last = rows_.back().first;
    if (last < rows_.size() * 4 + 64) {
      dense_.assign(last + 1, kMissing);
      for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) dense_[row->first] = row->second;
    }
    return found;
  }

  // Missing: value() of the id is kMissing's.
  Id Find(uint64_t number) const {
    if (number < dense_.size()) return dense_[number];
    if (!dense_.empty()) return kMissing;
    const auto row = std::ranges::lower_bound(rows_, number, {}, &Row::first);
    return row != rows_.end() && row->first == number ? row->second : kMissing;
  }

  static constexpr Id kMissing = Id(UINT32_MAX);

 private:
  using Row = std::pair<uint64_t, Id>;
  std::vector<Row> rows_;
  std::vector<Id> dense_;
};

}  // namespace proto::gotrace
