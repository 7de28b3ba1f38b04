#include "analysis/duration_distribution.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace analysis {
namespace {

// Below 2^kSubBits each value has its own bucket; above, each power of two is cut into 2^kSubBits buckets.
constexpr int kSubBits = 5;
constexpr uint64_t kSubCount = uint64_t{1} << kSubBits;

size_t BucketOf(int64_t ns) {
  const auto value = static_cast<uint64_t>(ns);
  if (value < kSubCount) return value;
  const auto shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
  return (static_cast<size_t>(shift) + 1) * kSubCount + ((value >> shift) - kSubCount);
}

int64_t MiddleOf(size_t bucket) {
  if (bucket < kSubCount) return static_cast<int64_t>(bucket);
  const size_t shift = bucket / kSubCount - 1;
  const uint64_t low = (kSubCount + bucket % kSubCount) << shift;
  return static_cast<int64_t>(low + ((uint64_t{1} << shift) >> 1));
}

void Count(std::vector<uint64_t>& buckets, int64_t ns, uint64_t times) {
  const size_t at = BucketOf(ns);
  if (at >= buckets.size()) buckets.resize(at + 1);
  buckets[at] += times;
}

}  // namespace

void DurationDistribution::Add(int64_t ns) {
  ns = std::max<int64_t>(ns, 0);
  ++count_;
  total_ += ns;
  min_ = std::min(min_, ns);
  max_ = std::max(max_, ns);
  if (!buckets_.empty()) {
    Count(buckets_, ns, 1);
    return;
  }
  exact_.push_back(ns);
  if (exact_.size() > kExact) Spill();
}

void DurationDistribution::Add(const DurationDistribution& other) {
  if (other.buckets_.empty()) {
    for (const int64_t ns : std::vector(other.exact_)) Add(ns);
    return;
  }
  if (buckets_.empty()) Spill();
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (size_t at = 0; at < other.buckets_.size(); ++at) buckets_[at] += other.buckets_[at];
  count_ += other.count_;
  total_ += other.total_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void DurationDistribution::Spill() {
  buckets_.resize(1);
  for (const int64_t ns : exact_) Count(buckets_, ns, 1);
  exact_ = {};
}

std::vector<std::pair<int64_t, uint64_t>> DurationDistribution::Ascending() const {
  std::vector<std::pair<int64_t, uint64_t>> rows;
  std::ranges::sort(exact_);
  for (const int64_t ns : exact_) rows.emplace_back(ns, 1);
  for (size_t at = 0; at < buckets_.size(); ++at) {
    if (buckets_[at] != 0) rows.emplace_back(std::clamp(MiddleOf(at), min_, max_), buckets_[at]);
  }
  return rows;
}

int64_t DurationDistribution::Percentile(double share) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  const uint64_t wanted = std::clamp<uint64_t>(rank, 1, count_);
  if (wanted == count_) return max_;
  if (buckets_.empty()) {
    std::ranges::nth_element(exact_, exact_.begin() + static_cast<std::ptrdiff_t>(wanted - 1));
    return exact_[wanted - 1];
  }
  uint64_t seen = 0;
  for (size_t at = 0; at < buckets_.size(); ++at) {
    seen += buckets_[at];
    if (seen >= wanted) return std::clamp(MiddleOf(at), min_, max_);
  }
  return max_;
}

std::array<uint64_t, 64> DurationDistribution::PowersOfTwo() const {
  std::array<uint64_t, 64> rows{};
  for (const auto& [ns, times] : Ascending())
    rows[static_cast<size_t>(std::bit_width(static_cast<uint64_t>(ns) | 1)) - 1] += times;
  return rows;
}

}  // namespace analysis
