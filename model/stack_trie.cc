#include "model/stack_trie.h"

#include <cassert>

namespace model {

namespace {

uint64_t HashOf(StackId caller, LocationId callee) { return MixHash((uint64_t{caller.value} << 32) | callee.value); }

}  // namespace

StackTrie::StackTrie() { rows_.push_back({}); }

// Rows that AddChild added since the last look-up.
void StackTrie::IndexRows() {
  index_.Reserve(rows_.size());
  for (; indexed_ < rows_.size(); ++indexed_) {
    index_.FindOrAdd(
        HashOf(rows_[indexed_].caller, rows_[indexed_].location), [](uint32_t) { return false; },
        [&] { return static_cast<uint32_t>(indexed_); });
  }
}

StackId StackTrie::FindChild(StackId caller, LocationId callee) {
  if (indexed_ < rows_.size()) IndexRows();
  const StackId child(index_.FindOrAdd(
      HashOf(caller, callee), [&](uint32_t row) { return rows_[row].caller == caller && rows_[row].location == callee; },
      [&] {
        rows_.push_back({caller, callee});
        ++indexed_;
        return static_cast<uint32_t>(rows_.size() - 1);
      }));
  if (recent_.size() < rows_.size()) recent_.resize(rows_.size());
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
