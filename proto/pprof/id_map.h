#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

// From the ids a file chose to our row numbers, given out at first mention. Writers number from 1 without gaps, so most ids
// are found in a vector; ids that are far out (hashes, addresses, an attack) go to a hash table, and memory stays O(ids
// mentioned).
namespace proto::pprof {

class IdMap {
 public:
  // `add()` makes a new row and returns its number.
  template <class Add>
  uint32_t FindOrAdd(uint64_t id, Add add) {
    if (id < dense_.size() && dense_[id] != 0) return dense_[id] - 1;
    return FindSlow(id, add);
  }

 private:
  template <class Add>
  uint32_t FindSlow(uint64_t id, Add add) {
    if (const auto at = sparse_.find(id); at != sparse_.end()) return at->second;
    const uint32_t row = add();
    ++count_;
    if (id >= kDenseFrom + 4 * count_) {
      sparse_.emplace(id, row);
      return row;
    }
    if (id >= dense_.size()) dense_.resize(id + 1 + id / 2);
    dense_[id] = row + 1;
    return row;
  }

  static constexpr uint64_t kDenseFrom = 1 << 20;  // 4 MB at most, whatever the ids
  std::vector<uint32_t> dense_;                    // row + 1; 0 = not here
  std::unordered_map<uint64_t, uint32_t> sparse_;
  uint64_t count_ = 0;
};

}  // namespace proto::pprof
