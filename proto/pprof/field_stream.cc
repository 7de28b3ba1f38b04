#include "proto/pprof/field_stream.h"

#include <fmt/format.h>

#include <algorithm>

namespace proto::pprof {
namespace {

constexpr size_t kLongestHead = 20;  // a tag and a length or a value, ten bytes each
// Real fields have kilobytes. A bound keeps a length that lies from filling the memory.
constexpr uint64_t kLongestField = 64 << 20;

uint64_t Fixed(ByteCursor& cursor, size_t count) {
  uint64_t value = 0;
  const auto bytes = cursor.Bytes(count, "a fixed number");
  for (size_t i = 0; i < count; ++i) value |= uint64_t{bytes[i]} << (8 * i);
  return value;
}

Field Tag(ByteCursor& cursor) {
  Field field{.offset = cursor.offset()};
  const uint64_t tag = cursor.Varint("a field's tag");
  field.number = static_cast<uint32_t>(std::min<uint64_t>(tag >> 3, UINT32_MAX));
  field.type = static_cast<WireType>(tag & 7);
  if (field.number == 0) cursor.Fail("found field number 0, which protobuf does not have");
  return field;
}

void Value(ByteCursor& cursor, Field& field) {
  switch (field.type) {
    case WireType::kVarint:
      field.value = cursor.Varint("a field's value");
      return;
    case WireType::kFixed64:
      field.value = Fixed(cursor, 8);
      return;
    case WireType::kFixed32:
      field.value = Fixed(cursor, 4);
      return;
    case WireType::kBytes:
      field.value = cursor.Varint("a field's length");
      return;
  }
  cursor.Fail(
      fmt::format("found wire type {} in field {}, wanted 0, 1, 2 or 5", static_cast<int>(field.type), field.number));
}

}  // namespace

Field NextField(ByteCursor& cursor) {
  Field field = Tag(cursor);
  Value(cursor, field);
  if (field.type != WireType::kBytes) return field;
  field.offset = cursor.offset();
  field.bytes = cursor.Bytes(field.value, "a field");
  return field;
}

void WantType(const ByteCursor& cursor, const Field& field, WireType wanted, const char* what) {
  if (field.type == wanted) return;
  cursor.Fail(
      fmt::format("{}: found wire type {}, wanted {}", what, static_cast<int>(field.type), static_cast<int>(wanted)));
}

bool FieldStream::Next(Field& field) {
  Gather(kLongestHead);
  if (window_.empty()) return false;
  ByteCursor cursor(*place_, window_, offset_);
  field = Tag(cursor);
  Value(cursor, field);
  const size_t head = window_.size() - cursor.left();
  if (field.type == WireType::kBytes) {
    if (field.value > kLongestField) {
      cursor.Fail(fmt::format("field {} says it has {} bytes; more than {} is not believed", field.number, field.value,
                              kLongestField));
    }
    Gather(head + field.value);
    ByteCursor body(*place_, window_.subspan(head), offset_ + head);
    field.offset = body.offset();
    field.bytes = body.Bytes(field.value, "a field");
  }
  const size_t taken = head + field.bytes.size();
  window_ = window_.subspan(taken);
  offset_ += taken;
  return true;
}

void FieldStream::Gather(size_t count) {
  if (window_.size() >= count) return;
  std::vector<uint8_t> joined(window_.begin(), window_.end());
  while (joined.size() < count) {
    const auto more = source_->Next();
    if (joined.empty() && more.size() >= count) {
      window_ = more;
      return;
    }
    if (more.empty()) break;
    joined.insert(joined.end(), more.begin(), more.end());
  }
  carried_ = std::move(joined);
  window_ = carried_;
}

}  // namespace proto::pprof
