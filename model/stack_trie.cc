#include "model/stack_trie.h"

#include <cassert>

namespace model {

namespace {

uint64_t HashOf(StackId caller, LocationId callee) { return MixHash((uint64_t{caller.value} << 32) | callee.value); }

}  // namespace

StackTrie::StackTrie() { rows_.push_back({}); }

// Rows that AddChild added since the last look-up.
void StackTrie::IndexRows() {
  recent_.resize(rows_.size());
  const auto index = [&](Recent at, StackId caller) {
    index_.FindOrAdd(
        HashOf(caller, at.location), [&](uint32_t row) { return row == at.child.value; }, [&] { return at.child.value; });
  };
  for (; indexed_ < rows_.size(); ++indexed_) {
    const Row& row = rows_[indexed_];
    Recent& sibling = recent_[row.caller.index()];
    const Recent added = {row.location, StackId(static_cast<uint32_t>(indexed_))};
    if (sibling.child != root()) {
      index(sibling, row.caller);
      index(added, row.caller);
    }
    sibling = added;
  }
}

StackId StackTrie::FindChild(StackId caller, LocationId callee) {
  IndexRows();
  const Recent sibling = recent_[caller.index()];
  if (sibling.child != root() && sibling.location == callee) return sibling.child;
  if (sibling.child == root()) {
    const StackId child = AddChild(caller, callee);
    IndexRows();
    return child;
  }
  const StackId child(index_.FindOrAdd(
      HashOf(caller, callee), [&](uint32_t row) { return rows_[row].caller == caller && rows_[row].location == callee; },
      [&] { return AddChild(caller, callee).value; }));
  IndexRows();
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
