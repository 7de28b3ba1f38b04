#include "proto/pprof/field_stream.h"

#include <fmt/format.h>

#include <algorithm>

namespace proto::pprof {
namespace {

constexpr size_t kLongestHead = 20;  // a tag and a length or a value, ten bytes each
// Real fields have kilobytes. A bound keeps a length that lies from filling the memory.
constexpr uint64_t kLongestField = 64 << 20;

}  // namespace

// Nearly all: a byte of tag, one or two of length, and the field is whole in the window.
bool FieldStream::NextWhole(Field& field) {
  constexpr size_t kShortHead = 3;
  if (window_.size() < kShortHead) return false;
  const uint8_t tag = window_[0];
  const bool is_bytes = static_cast<WireType>(tag & 7) == WireType::kBytes;
  if (tag >= 0x80 || tag >> 3 == 0 || !is_bytes) return false;
  size_t length = window_[1], head = 2;
  if (length >= 0x80) {
    if (window_[2] >= 0x80) return false;
    length = (length & 0x7f) | size_t{window_[2]} << 7;
    head = 3;
  }
  if (window_.size() - head < length) return false;
  field = {.number = static_cast<uint32_t>(tag >> 3),
           .type = WireType::kBytes,
           .value = length,
           .bytes = window_.subspan(head, length),
           .offset = offset_ + head};
  window_ = window_.subspan(head + length);
  offset_ += head + length;
  return true;
}

bool FieldStream::Next(Field& field) {
  if (NextWhole(field)) return true;
  Gather(kLongestHead);
  if (window_.empty()) return false;
  ByteCursor cursor(*place_, window_, offset_);
  field = NextHead(cursor);
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
  if (window_.size() <= borrowed_) {  // what is left stands in the source's span too, with all that follows
    window_ = {behind_.data() - window_.size(), window_.size() + behind_.size()};
    behind_ = {};
    borrowed_ = 0;
  }
  if (window_.empty()) window_ = source_->Next();
  if (window_.size() >= count || window_.empty()) return;
  std::vector<uint8_t> joined(window_.begin(), window_.end());
  while (joined.size() < count) {
    if (behind_.empty()) {
      behind_ = source_->Next();
      borrowed_ = 0;
    }
    if (behind_.empty()) break;
    const auto part = behind_.first(std::min(behind_.size(), count - joined.size()));
    joined.insert(joined.end(), part.begin(), part.end());
    behind_ = behind_.subspan(part.size());
    borrowed_ += part.size();
  }
  joined_ = std::move(joined);
  window_ = joined_;
}

}  // namespace proto::pprof
