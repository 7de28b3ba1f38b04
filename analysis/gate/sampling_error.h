#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/profile.h"

// The variance that sampling alone gives to the values of one sample, per value type, in squared units: what a second
// recording of the very same behaviour would wander by. docs/ci.md has the derivations.
namespace analysis {

class SamplingError {
 public:
  explicit SamplingError(const model::Profile& profile);

  // CPU: each hit stands for one period, and hits are Poisson, so variance = value * period.
  // Heap: Go writes values divided by the chance that an object of that size was caught; n caught of value v have variance
  //   v^2/n * (1 - chance): large allocations, all of which are caught, have none.
  // Mutex and block delays: n waits of unequal length, taken as exponentially distributed: 2 v^2/n.
  // Everything else is taken for a plain count: variance = value.
  double Variance(std::span<const int64_t> values, size_t value_type) const;

 private:
  enum class Kind { kCount, kPeriods, kHeapObjects, kHeapBytes, kDelay };
  struct Column {
    Kind kind = Kind::kCount;
    size_t other = 0;  // the column of objects, bytes or contentions that belongs to this one
  };
  std::vector<Column> columns_;
  double period_ = 1;
};

}  // namespace analysis
