#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/intern_index.h"

// Rows found by a 64-bit number that a file chose (goroutine, thread, program counter). Linear probing, at most half
// full; erasing moves rows back, so there are no tombstones and a trace with millions of short goroutines needs no more
// room than those alive at once. Pointers are good until the next Add or Erase.
namespace model {

template <class Row>
class IdMap {
 public:
  Row* Find(uint64_t id) {
    if (slots_.empty()) return nullptr;
    for (size_t at = Home(id);; at = (at + 1) & mask_) {
      Slot& slot = slots_[at];
      if (!slot.used) return nullptr;
      if (slot.id == id) return &slot.row;
    }
  }

  const Row* Find(uint64_t id) const { return const_cast<IdMap*>(this)->Find(id); }

  // `id` must not be there yet.
  Row& Add(uint64_t id, Row row) {
    if ((size_ + 1) * 2 > slots_.size()) Grow();
    size_t at = Home(id);
    while (slots_[at].used) at = (at + 1) & mask_;
    slots_[at] = {.id = id, .row = std::move(row), .used = true};
    ++size_;
    return slots_[at].row;
  }

  void Erase(uint64_t id) {
    size_t hole = Home(id);
    while (slots_[hole].used && slots_[hole].id != id) hole = (hole + 1) & mask_;
    if (!slots_[hole].used) return;
    for (size_t at = (hole + 1) & mask_; slots_[at].used; at = (at + 1) & mask_) {
      // A row may fill the hole unless its home lies behind the hole.
      if (((at - Home(slots_[at].id)) & mask_) < ((at - hole) & mask_)) continue;
      slots_[hole] = std::move(slots_[at]);
      hole = at;
    }
    slots_[hole] = {};
    --size_;
  }

  void Clear() {
    slots_.clear();
    size_ = 0;
    mask_ = 0;
  }
  size_t size() const { return size_; }

  template <class Visit>
  void ForEach(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.used) visit(slot.id, slot.row);
    }
  }

 private:
  struct Slot {
    uint64_t id = 0;
    Row row{};
    bool used = false;
  };

  size_t Home(uint64_t id) const { return static_cast<size_t>((id * 0x9e3779b97f4a7c15U) >> 32) & mask_; }

  void Grow() {
    std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (Slot& slot : old) {
      if (!slot.used) continue;
      size_t at = Home(slot.id);
      while (slots_[at].used) at = (at + 1) & mask_;
      slots_[at] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t size_ = 0;
};

// Which numbers were seen, a bit each: goroutines are numbered densely, so a million of them need 400 kB.
class IdSet {
 public:
  // True for the first time.
  bool Add(uint64_t id) {
    const uint64_t bit = uint64_t{1} << (id & 63);
    uint64_t* word = words_.Find(id >> 6);
    if (word == nullptr) word = &words_.Add(id >> 6, 0);
    if ((*word & bit) != 0) return false;
    *word |= bit;
    ++size_;
    return true;
  }
  void Add(const IdSet& other) {
    other.words_.ForEach([&](uint64_t at, uint64_t bits) {
      uint64_t* word = words_.Find(at);
      if (word == nullptr) word = &words_.Add(at, 0);
      size_ += static_cast<size_t>(std::popcount(bits & ~*word));
      *word |= bits;
    });
  }
  size_t size() const { return size_; }

 private:
  IdMap<uint64_t> words_;
  size_t size_ = 0;
};

}  // namespace model
