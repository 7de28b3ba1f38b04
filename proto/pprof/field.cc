#include "proto/pprof/field.h"

#include <fmt/format.h>

#include <algorithm>

namespace proto::pprof {
namespace {

uint64_t Fixed(ByteCursor& cursor, size_t count) {
  uint64_t value = 0;
  const auto bytes = cursor.Bytes(count, "a fixed number");
  for (size_t i = 0; i < count; ++i) value |= uint64_t{bytes[i]} << (8 * i);
  return value;
}

void ReadFixed(ByteCursor& cursor, Field& field) {
  if (field.type != WireType::kFixed64 && field.type != WireType::kFixed32) {
    cursor.Fail(
        fmt::format("found wire type {} in field {}, wanted 0, 1, 2 or 5", static_cast<int>(field.type), field.number));
  }
  field.value = Fixed(cursor, field.type == WireType::kFixed64 ? 8 : 4);
}

}  // namespace

Field NextHead(ByteCursor& cursor) {
  Field field{.offset = cursor.offset()};
  const uint64_t tag = cursor.Varint("a field's tag");
  field.number = static_cast<uint32_t>(std::min<uint64_t>(tag >> 3, UINT32_MAX));
  field.type = static_cast<WireType>(tag & 7);
  if (field.number == 0) cursor.Fail("found field number 0, which protobuf does not have");
  if (field.type == WireType::kVarint) {
    field.value = cursor.Varint("a field's value");
  } else if (field.type == WireType::kBytes) {
    field.value = cursor.Varint("a field's length");
  } else {
    ReadFixed(cursor, field);
  }
  return field;
}

Field NextField(ByteCursor& cursor) {
  Field field = NextHead(cursor);
  if (field.type != WireType::kBytes) return field;
  field.offset = cursor.offset();
  field.bytes = cursor.Bytes(field.value, "a field");
  return field;
}

void FailType(const ByteCursor& cursor, const Field& field, WireType wanted, const char* what) {
  cursor.Fail(
      fmt::format("{}: found wire type {}, wanted {}", what, static_cast<int>(field.type), static_cast<int>(wanted)));
}

}  // namespace proto::pprof
