#pragma once

#include <algorithm>
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

void ReadFixed(ByteCursor& cursor, Field& field);
[[noreturn]] void FailNumber(const ByteCursor& cursor);

// Reads what stands before a field's bytes: its tag, and its value or length.
inline Field NextHead(ByteCursor& cursor) {
  Field field{.offset = cursor.offset()};
  const uint64_t tag = cursor.Varint("a field's tag");
  field.number = static_cast<uint32_t>(std::min<uint64_t>(tag >> 3, UINT32_MAX));
  field.type = static_cast<WireType>(tag & 7);
  if (field.number == 0) FailNumber(cursor);
  if (field.type == WireType::kVarint) {
    field.value = cursor.Varint("a field's value");
  } else if (field.type == WireType::kBytes) {
    field.value = cursor.Varint("a field's length");
  } else {
    ReadFixed(cursor, field);
  }
  return field;
}

// Reads the next field of a message that lies whole in `cursor`. In the header, as what it calls, because a profile has tens
// of fields for each sample and four for each function.
inline Field NextField(ByteCursor& cursor) {
  Field field = NextHead(cursor);
  if (field.type != WireType::kBytes) return field;
  field.offset = cursor.offset();
  field.bytes = cursor.Bytes(field.value, "a field");
  return field;
}

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
