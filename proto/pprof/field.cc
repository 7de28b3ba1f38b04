#include "proto/pprof/field.h"

#include <fmt/format.h>

namespace proto::pprof {
namespace {

uint64_t Fixed(ByteCursor& cursor, size_t count) {
  uint64_t value = 0;
  const auto bytes = cursor.Bytes(count, "a fixed number");
  for (size_t i = 0; i < count; ++i) value |= uint64_t{bytes[i]} << (8 * i);
  return value;
}

}  // namespace

void ReadFixed(ByteCursor& cursor, Field& field) {
  if (field.type != WireType::kFixed64 && field.type != WireType::kFixed32) {
    cursor.Fail(
        fmt::format("found wire type {} in field {}, wanted 0, 1, 2 or 5", static_cast<int>(field.type), field.number));
  }
  field.value = Fixed(cursor, field.type == WireType::kFixed64 ? 8 : 4);
}

void FailNumber(const ByteCursor& cursor) { cursor.Fail("found field number 0, which protobuf does not have"); }

void FailType(const ByteCursor& cursor, const Field& field, WireType wanted, const char* what) {
  cursor.Fail(
      fmt::format("{}: found wire type {}, wanted {}", what, static_cast<int>(field.type), static_cast<int>(wanted)));
}

}  // namespace proto::pprof
