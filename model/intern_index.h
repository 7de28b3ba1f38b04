#pragma once

#include <cstdint>
#include <vector>

// The hash index behind every interning table: from a key's hash to the row that holds the key. Keys stay with
// the owner, so the index is 8 bytes a slot whatever the key is, and growing it never looks at a key.
// Open addressing, linear probing, at most 5/8 full.
namespace model {

inline uint64_t MixHash(uint64_t x) {  // finaliser of splitmix64: every input bit reaches every output bit
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

class InternIndex {
 public:
  // Returns the row for which `same(row)` is true, or adds the row that `add()` returns. Amortised O(1).
  template <class Same, class Add>
  uint32_t FindOrAdd(uint64_t hash, Same same, Add add) {
    if ((used_ + 1) * 8 > slots_.size() * 5) Grow();
    const auto tag = static_cast<uint32_t>(hash >> 32);
    size_t at = Home(tag);
    for (; slots_[at].row_plus_one != 0; at = (at + 1) & mask_) {
      if (slots_[at].tag == tag && same(slots_[at].row_plus_one - 1)) return slots_[at].row_plus_one - 1;
    }
    const uint32_t row = add();
    slots_[at] = {row + 1, tag};
    ++used_;
    return row;
  }

  // Room for that many rows, so that adding them doesn't grow the index step by step.
  void Reserve(size_t rows) {
    size_t slots = slots_.empty() ? 16 : slots_.size();
    while (rows * 8 > slots * 5) slots *= 2;
    if (slots > slots_.size()) GrowTo(slots);
  }

  // Asks for the memory that FindOrAdd(hash) will look at first.
  void Prefetch(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[Home(static_cast<uint32_t>(hash >> 32))]);
  }

 private:
  struct Slot {
    uint32_t row_plus_one = 0;  // 0 = free
    uint32_t tag = 0;           // upper half of the hash
  };

  size_t Home(uint32_t tag) const { return (tag * size_t{0x9e3779b1}) & mask_; }

  void Grow() { GrowTo(slots_.empty() ? 16 : slots_.size() * 2); }

  void GrowTo(size_t slots) {
    std::vector<Slot> old(slots);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.row_plus_one == 0) continue;
      size_t at = Home(slot.tag);
      while (slots_[at].row_plus_one != 0) at = (at + 1) & mask_;
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t used_ = 0;
};

}  // namespace model
