#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/ids.h"
#include "model/intern_index.h"
#include "model/text_hash.h"

// Stacks by the bytes of their location ids. A profile that has labels, or that many others were added up to, has the same
// stack over and over: bytes that were seen before are not decoded again. Where hardly a stack comes back, as in a single
// CPU profile without labels, it gives up after the first 32,768. 40 bytes a distinct stack.
namespace proto::pprof {

class KnownStacks {
 public:
  // To be had as soon as the bytes are known: the memory that FindOrRead looks at is then on its way.
  model::TextHash Key(std::span<const uint8_t> bytes) const {
    if (has_given_up_) return {};
    const model::TextHash hash = hash_({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    index_.Prefetch(hash.low);
    return hash;
  }

  // The stack that `read()` makes of the bytes with this key, now or before.
  template <class Read>
  model::StackId FindOrRead(const model::TextHash& hash, Read read) {
    if (has_given_up_) return read();
    const uint32_t row = index_.FindOrAdd(
        hash.low, [&](uint32_t known) { return stacks_[known].hash == hash; },
        [&] {
          stacks_.push_back({hash, read()});
          return static_cast<uint32_t>(stacks_.size() - 1);
        });
    const model::StackId stack = stacks_[row].stack;
    if (++looked_ == kTried && stacks_.size() > kTried / 4 * 3) GiveUp();
    return stack;
  }

 private:
  struct Stack {
    model::TextHash hash;
    model::StackId stack;
  };
  static constexpr uint64_t kTried = 1 << 15;

  void GiveUp() {
    has_given_up_ = true;
    stacks_ = {};
    index_ = {};
  }

  model::TextHasher hash_{model::RandomSeed()};
  std::vector<Stack> stacks_;
  model::InternIndex index_;
  uint64_t looked_ = 0;
  bool has_given_up_ = false;
};

}  // namespace proto::pprof
