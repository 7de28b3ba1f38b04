#include "model/profile.h"

#include <cassert>

namespace model {

void Profile::AddSample(StackId stack, std::span<const int64_t> values, LabelSetId label_set) {
  assert(values.size() == value_count());
  sample_stack.push_back(stack);
  sample_value.insert(sample_value.end(), values.begin(), values.end());
  sample_labels.push_back(label_set);
}

int64_t Total(const Profile& profile, size_t index) {
  uint64_t sum = 0;  // wraps on hostile input instead of being undefined
  const size_t width = profile.value_count();
  for (size_t at = index; at < profile.sample_value.size(); at += width)
    sum += static_cast<uint64_t>(profile.sample_value[at]);
  return static_cast<int64_t>(sum);
}

size_t DefaultValueType(const Profile& profile) {
  if (profile.default_value_type) return *profile.default_value_type;
  return profile.value_types.empty() ? 0 : profile.value_types.size() - 1;
}

}  // namespace model
