#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/input_error.h"

// Reads numbers and byte runs out of a record, and throws InputError rather than look outside it. Every read is told what is
// being read, so that a message can say it: "x.pb.gz: byte 812 (sample 3): ends in the middle of a location id".
namespace proto {

// Whose bytes these are. Asked only when something is wrong.
class InputPlace {
 public:
  virtual ~InputPlace() = default;
  virtual std::string file() const = 0;
  virtual std::string record() const = 0;  // "sample 4127"; may be empty
};

class ByteCursor {
 public:
  // `first_byte`: offset of bytes[0] in the unpacked input. The place and the bytes must outlive the cursor.
  ByteCursor(const InputPlace& place, std::span<const uint8_t> bytes, uint64_t first_byte)
      : place_(&place), begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()), first_byte_(first_byte) {}

  bool AtEnd() const { return at_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  uint64_t offset() const { return first_byte_ + static_cast<uint64_t>(at_ - begin_); }

  uint8_t U8(const char* what) {
    if (at_ == end_) FailShort(what);
    return *at_++;
  }

  // Base 128, least significant group first, at most 64 bits in ten bytes.
  uint64_t Varint(const char* what) {
    if (at_ != end_ && *at_ < 0x80) return *at_++;
    return LongVarint(what);
  }

  // All that is left, as varints: take(value, offset of its first byte). The position stays in a register from one to the
  // next, which halves the time of the long lists that profiles are made of.
  template <class Take>
  void VarintsToEnd(const char* what, Take take) {
    const uint8_t* const end = end_;
    for (const uint8_t* at = at_; at != end;) {
      const uint8_t* const first = at;
      uint64_t value = *at;
      if (value < 0x80) {
        ++at;
      } else if (end - at >= 3 && at[1] < 0x80) {
        value = (value & 0x7f) | uint64_t{at[1]} << 7;
        at += 2;
      } else if (end - at >= 3 && at[2] < 0x80) {
        value = (value & 0x7f) | (at[1] & uint64_t{0x7f}) << 7 | uint64_t{at[2]} << 14;
        at += 3;
      } else {
        at_ = at;
        value = LongVarint(what);
        at = at_;
      }
      take(value, first_byte_ + static_cast<uint64_t>(first - begin_));
    }
    at_ = end;
  }

  // An int64 that the format writes as a varint of its two's complement.
  int64_t SignedVarint(const char* what) { return static_cast<int64_t>(Varint(what)); }

  std::span<const uint8_t> Bytes(uint64_t count, const char* what) {
    if (count > left()) FailLength(count, what);
    const std::span<const uint8_t> bytes(at_, static_cast<size_t>(count));
    at_ += count;
    return bytes;
  }
  std::string_view Text(uint64_t count, const char* what) {
    const auto bytes = Bytes(count, what);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  // A cursor over bytes that Bytes() gave, for the messages of the same place.
  ByteCursor Within(std::span<const uint8_t> bytes, uint64_t first_byte) const { return {*place_, bytes, first_byte}; }

  [[noreturn]] void Fail(const std::string& message) const {
    throw model::InputError(place_->file(), {.byte = offset(), .record = place_->record()}, message);
  }

 private:
  uint64_t LongVarint(const char* what) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at_ == end_) FailShort(what);
      const uint8_t byte = *at_++;
      value |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    FailLong(what);
  }
  [[noreturn]] void FailShort(const char* what) const { Fail(std::string("ends in the middle of ") + what); }
  [[noreturn]] void FailLong(const char* what) const { Fail(std::string(what) + " has more than ten bytes"); }
  [[noreturn]] void FailLength(uint64_t count, const char* what) const {
    Fail(std::string(what) + " says it has " + std::to_string(count) + " bytes, " + std::to_string(left()) + " are left");
  }

  const InputPlace* place_;
  const uint8_t* begin_;
  const uint8_t* at_;
  const uint8_t* end_;
  uint64_t first_byte_;
};

}  // namespace proto
