#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "proto/byte_source.h"

// The stretch of the unpacked input that a decoder is working on, contiguous: it grows at the end as bytes are asked for
// and is cut at the front when they are done with. kSlack bytes behind the end can always be read (they are zero), so a
// record can be decoded first and its length checked afterwards.
namespace proto::gotrace {

constexpr size_t kHeaderBytes = 16;  // "go 1.26 trace\0\0\0"

class InputWindow {
 public:
  static constexpr size_t kSlack = 128;

  explicit InputWindow(std::unique_ptr<ByteSource> source) : source_(std::move(source)), bytes_(kSlack) {}

  // Makes `count` bytes from `at` on available if the input has them. Moves the bytes: pointers into the window end here.
  bool Has(size_t at, size_t count) {
    while (size_ < at + count && !ended_) Pull();
    return size_ >= at + count;
  }

  // All that the input has. A plain file says how much that is, so its bytes are not moved.
  void ReadAll() {
    bytes_.reserve(std::min(source_->progress().total, kMostReserved) + 2 * kSlack);
    Has(0, SIZE_MAX / 2);
  }

  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return size_; }
  uint64_t offset(size_t at) const { return first_byte_ + at; }  // in the unpacked input
  bool ended() const { return ended_; }
  Progress progress() const { return source_->progress(); }

  // Forgets what lies before `at`.
  void Drop(size_t at) {
    std::memmove(bytes_.data(), bytes_.data() + at, size_ - at);
    size_ -= at;
    first_byte_ += at;
    std::memset(bytes_.data() + size_, 0, kSlack);
  }

 private:
  static constexpr uint64_t kMostReserved = uint64_t{1} << 32;

  void Pull() {
    const auto next = source_->Next();
    ended_ = next.empty();
    if (ended_) return;
    const size_t needed = size_ + next.size() + kSlack;
    if (needed > bytes_.capacity()) bytes_.reserve(std::max(bytes_.capacity() * 3 / 2, needed));
    if (needed > bytes_.size()) bytes_.resize(needed);
    std::memcpy(bytes_.data() + size_, next.data(), next.size());
    size_ += next.size();
    std::memset(bytes_.data() + size_, 0, kSlack);
  }

  std::unique_ptr<ByteSource> source_;
  std::vector<uint8_t> bytes_;
  size_t size_ = 0;
  uint64_t first_byte_ = 0;
  bool ended_ = false;
};

}  // namespace proto::gotrace
