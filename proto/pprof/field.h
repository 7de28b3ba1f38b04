#pragma once

#include <cstdint>
#include <span>

#include "proto/byte_cursor.h"

// One field of a protobuf message, still packed if it has parts.
namespace proto::pprof {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;              // of a kVarint, kFixed64, kFixed32; of a kBytes its length
  std::span<const uint8_t> bytes;  // of a kBytes
  uint64_t offset = 0;             // of `bytes`, or of the field where there are none
};

// Reads what stands before a field's bytes: its tag, and its value or length.
Field NextHead(ByteCursor& cursor);

// Reads the next field of a message that lies whole in `cursor`.
Field NextField(ByteCursor& cursor);

// Throws where `field` is not of the wanted type.
[[noreturn]] void FailType(const ByteCursor& cursor, const Field& field, WireType wanted, const char* what);
inline void WantType(const ByteCursor& cursor, const Field& field, WireType wanted, const char* what) {
  if (field.type != wanted) FailType(cursor, field, wanted, what);
}

// A repeated number, packed into one field or one field each: take(number, its offset).
template <class Take>
void ForEachNumber(const ByteCursor& cursor, const Field& field, const char* what, Take take) {
  if (field.type == WireType::kVarint) {
    take(field.value, field.offset);
    return;
  }
  WantType(cursor, field, WireType::kBytes, what);
  cursor.Within(field.bytes, field.offset).VarintsToEnd(what, take);
}

}  // namespace proto::pprof
