#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// How long things took: count, total, extremes and percentiles of durations, in nanoseconds.
// Up to kExact durations are kept as they are, so percentiles of a few are exact. Beyond that they go into buckets whose
// width is at most 1/32 of their value, so a percentile is off by less than 3.2 %, whatever the number of durations;
// extremes and totals stay exact. At most 15 kB once the buckets are in use, 16 bytes before the first duration.
namespace analysis {

class DurationDistribution {
 public:
  static constexpr size_t kExact = 256;

  void Add(int64_t ns);  // negative durations count as 0
  void Add(const DurationDistribution& other);

  uint64_t count() const { return count_; }
  int64_t total() const { return total_; }
  int64_t min() const { return count_ == 0 ? 0 : min_; }
  int64_t max() const { return max_; }
  int64_t mean() const { return count_ == 0 ? 0 : total_ / static_cast<int64_t>(count_); }

  // The smallest duration that at least `share` of all are not above (nearest rank); 0 when there is none.
  int64_t Percentile(double share) const;

  // Counts by powers of two: row k holds durations of [2^k, 2^(k+1)) ns, row 0 also those of 0.
  std::array<uint64_t, 64> PowersOfTwo() const;

  // The durations, ascending: themselves while few, else the middles of their buckets.
  std::vector<std::pair<int64_t, uint64_t>> Ascending() const;

 private:
  void Spill();

  uint64_t count_ = 0;
  int64_t total_ = 0;
  int64_t min_ = INT64_MAX;
  int64_t max_ = 0;
  mutable std::vector<int64_t> exact_;  // while buckets_ is empty
  std::vector<uint64_t> buckets_;
};

}  // namespace analysis
