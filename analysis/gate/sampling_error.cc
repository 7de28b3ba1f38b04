#include "analysis/gate/sampling_error.h"

#include <cmath>
#include <string>

namespace analysis {
namespace {

size_t Find(const model::Profile& profile, std::string_view type) {
  for (size_t i = 0; i < profile.value_count(); ++i) {
    if (profile.symbols.text(profile.value_types[i].type) == type) return i;
  }
  return SIZE_MAX;
}

double Absolute(int64_t value) { return std::abs(static_cast<double>(value)); }

// Objects of one size, sampled once in `rate` bytes (runtime.MemProfileRate): how many of them were caught.
struct Caught {
  double objects = 0;
  double chance = 1;
};
Caught CaughtObjects(double objects, double bytes, double rate) {
  if (objects <= 0 || bytes <= 0 || rate <= 1) return {objects, 1};
  const double chance = -std::expm1(-bytes / objects / rate);
  return {std::max(1.0, objects * chance), chance};
}

}  // namespace

SamplingError::SamplingError(const model::Profile& profile) : columns_(profile.value_count()) {
  period_ = profile.period > 0 ? static_cast<double>(profile.period) : 1;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string type(profile.symbols.text(profile.value_types[i].type));
    if (profile.value_types[i] == profile.period_type && profile.period > 1) columns_[i].kind = Kind::kPeriods;
    const size_t split = type.find('_');
    const std::string prefix = type.substr(0, split);
    if (type == "alloc_space" || type == "inuse_space") columns_[i] = {Kind::kHeapBytes, Find(profile, prefix + "_objects")};
    if (type == "alloc_objects" || type == "inuse_objects")
      columns_[i] = {Kind::kHeapObjects, Find(profile, prefix + "_space")};
    if (type == "delay") columns_[i] = {Kind::kDelay, Find(profile, "contentions")};
    if (columns_[i].kind >= Kind::kHeapObjects && columns_[i].other == SIZE_MAX) columns_[i] = {};
  }
}

double SamplingError::Variance(std::span<const int64_t> values, size_t value_type) const {
  const Column& column = columns_[value_type];
  const double value = Absolute(values[value_type]);
  if (value <= 0) return 0;
  switch (column.kind) {
    case Kind::kCount:
      return value;
    case Kind::kPeriods:
      return value * period_;
    case Kind::kDelay:
      return 2 * value * value / std::max(1.0, Absolute(values[column.other]));
    case Kind::kHeapObjects:
    case Kind::kHeapBytes:
      break;
  }
  const double other = Absolute(values[column.other]);
  const bool is_bytes = column.kind == Kind::kHeapBytes;
  const Caught caught = CaughtObjects(is_bytes ? other : value, is_bytes ? value : other, period_);
  return value * value / std::max(1.0, caught.objects) * (1 - caught.chance);
}

}  // namespace analysis
