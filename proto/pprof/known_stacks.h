#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/ids.h"
#include "model/text_hash.h"

// Stacks by the bytes of their location ids. A profile that has labels, or that many others were added up to, has the same
// stack over and over: bytes that were seen before are not decoded again. Where hardly a stack comes back, as in a single
// CPU profile without labels, it gives up after the first 32,768. 24 bytes a slot, at most 5/8 full; hash and stack lie
// together, because what a look-up costs is the memory it has to wait for.
namespace proto::pprof {

class KnownStacks {
 public:
  // To be had as soon as the bytes are known: the memory that FindOrRead looks at is then on its way.
  model::TextHash Key(std::span<const uint8_t> bytes) const {
    if (has_given_up_) return {};
    const model::TextHash hash = hash_({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    __builtin_prefetch(&slots_[hash.low & mask_]);
    return hash;
  }

  // The stack that `read()` makes of the bytes with this key, now or before.
  template <class Read>
  model::StackId FindOrRead(const model::TextHash& hash, Read read) {
    if (has_given_up_) return read();
    size_t at = hash.low & mask_;
    for (; slots_[at].is_used; at = (at + 1) & mask_) {
      if (slots_[at].hash == hash) break;
    }
    const model::StackId stack = slots_[at].is_used ? slots_[at].stack : read();
    if (!slots_[at].is_used) {
      slots_[at] = {.hash = hash, .stack = stack, .is_used = true};
      if (++used_ * 8 > slots_.size() * 5) Grow();
    }
    if (++looked_ == kTried && used_ > kTried / 4 * 3) GiveUp();
    return stack;
  }

 private:
  struct Slot {
    model::TextHash hash;
    model::StackId stack;
    bool is_used = false;
  };
  static constexpr size_t kFirstSlots = 1 << 10;
  static constexpr uint64_t kTried = 1 << 15;

  [[gnu::noinline]] void Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (!slot.is_used) continue;
      size_t at = slot.hash.low & mask_;
      while (slots_[at].is_used) at = (at + 1) & mask_;
      slots_[at] = slot;
    }
  }
  void GiveUp() {
    has_given_up_ = true;
    slots_ = {};
  }

  model::TextHasher hash_{model::RandomSeed()};
  std::vector<Slot> slots_ = std::vector<Slot>(kFirstSlots);
  size_t mask_ = kFirstSlots - 1;
  uint64_t used_ = 0;
  uint64_t looked_ = 0;
  bool has_given_up_ = false;
};

}  // namespace proto::pprof
