#include "model/stack_trie.h"

#include <cassert>

namespace model {

StackTrie::StackTrie() {
  rows_.push_back({});
  recent_.push_back({});
}

StackId StackTrie::FindChild(StackId caller, LocationId callee) {
  const uint64_t hash = MixHash((uint64_t{caller.value} << 32) | callee.value);
  const StackId child(index_.FindOrAdd(
      hash, [&](uint32_t row) { return rows_[row].caller == caller && rows_[row].location == callee; },
      [&] {
        rows_.push_back({caller, callee});
        recent_.push_back({});
        return static_cast<uint32_t>(rows_.size() - 1);
      }));
  recent_[caller.index()] = {callee, child};
  return child;
}

StackId StackTrie::FromLeafFirst(std::span<const LocationId> locations) {
  StackId at = root();
  for (size_t i = locations.size(); i > 0; --i) at = Child(at, locations[i - 1]);
  return at;
}

size_t StackTrie::Depth(StackId id) const {
  size_t depth = 0;
  for (; id != root(); id = caller(id)) ++depth;
  return depth;
}

void StackTrie::Accumulate(std::span<int64_t> values) const {
  assert(values.size() == rows_.size());
  for (size_t row = rows_.size() - 1; row > 0; --row) {
    int64_t& sum = values[rows_[row].caller.index()];
    sum = static_cast<int64_t>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(values[row]));  // hostile values wrap
  }
}

}  // namespace model
