#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

// Varints without a check per byte: the caller guarantees InputWindow::kSlack readable bytes, and asks Inside() when the
// record is decoded.
namespace proto::gotrace {

// What is wrong with a trace at some byte. Never leaves this folder: the reader turns it into model::Damage or InputError.
struct FormatError : std::runtime_error {
  FormatError(uint64_t byte_offset, const std::string& message, int64_t of_thread = -1)
      : std::runtime_error(message), byte(byte_offset), thread(of_thread) {}
  uint64_t byte;
  int64_t thread;  // whose batch; -1 = nobody's
};

// Where a cursor goes on after a number of more than 64 bits: zeros, outside of every record.
inline constexpr uint8_t kNowhere[64] = {};

// Base 128, least significant group first.
inline uint64_t ReadLongVarint(const uint8_t*& at) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const uint64_t byte = *at++;
    value |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if (shift == 63 && byte > 1) break;
    return value;
  }
  at = kNowhere;
  return 0;
}

// Up to 8 bytes at once, without a branch on how many: where the number ends is the lowest of the bytes' top bits that is 0.
inline uint64_t ReadVarint(const uint8_t*& at) {
  if (const uint64_t first = at[0]; first < 0x80) [[likely]] {
    ++at;
    return first;
  }
  if constexpr (std::endian::native != std::endian::little) return ReadLongVarint(at);
  uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  const uint64_t ends = ~bytes & 0x8080808080808080U;
  if (ends == 0) [[unlikely]]
    return ReadLongVarint(at);
  at += (std::countr_zero(ends) + 1) / 8;
  bytes &= (ends ^ (ends - 1)) & 0x7f7f7f7f7f7f7f7fU;
  bytes = (bytes & 0x007f007f007f007fU) | ((bytes >> 1) & 0x3f803f803f803f80U);
  bytes = (bytes & 0x00003fff00003fffU) | ((bytes >> 2) & 0x0fffc0000fffc000U);
  return (bytes & 0x000000000fffffffU) | ((bytes >> 4) & 0x00fffffff0000000U);
}

// Did everything since `begin` lie before `end`?
inline bool Inside(const uint8_t* at, const uint8_t* begin, const uint8_t* end) {
  return reinterpret_cast<uintptr_t>(at) - reinterpret_cast<uintptr_t>(begin) <= static_cast<uintptr_t>(end - begin);
}

}  // namespace proto::gotrace
