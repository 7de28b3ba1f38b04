#pragma once

#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

// From the ids a file chose to our row numbers, given out at first mention. Writers number from 1 without gaps, so most ids
// are found in a vector; ids that are far out (hashes, addresses, an attack) go to a hash table, and memory stays O(ids
// mentioned).
namespace proto::pprof {

class IdMap {
 public:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  uint32_t Find(uint64_t id) const {
    if (id < dense_.size() && dense_[id] != 0) return dense_[id] - 1;
    return sparse_.empty() ? kNone : FindSparse(id);
  }

  // `id` must not be there yet.
  void Add(uint64_t id, uint32_t row) {
    ++count_;
    if (id >= kDenseFrom + 4 * count_) {
      sparse_.emplace(id, row);
      return;
    }
    if (id >= dense_.size()) dense_.resize(id + 1 + id / 2);
    dense_[id] = row + 1;
  }

 private:
  [[gnu::noinline]] uint32_t FindSparse(uint64_t id) const {
    const auto at = sparse_.find(id);
    return at == sparse_.end() ? kNone : at->second;
  }

  static constexpr uint64_t kDenseFrom = 1 << 20;  // 4 MB at most, whatever the ids
  std::vector<uint32_t> dense_;                    // row + 1; 0 = not here
  std::unordered_map<uint64_t, uint32_t> sparse_;
  uint64_t count_ = 0;
};

}  // namespace proto::pprof
