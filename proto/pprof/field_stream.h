#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "proto/byte_cursor.h"
#include "proto/byte_source.h"

// The fields of one protobuf message of any size, one by one: only the field that is being looked at is in memory.
namespace proto::pprof {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;              // of a kVarint, kFixed64, kFixed32
  std::span<const uint8_t> bytes;  // of a kBytes
  uint64_t offset = 0;             // of `bytes`, or of the field where there are none
};

// Reads the next field of a message that lies whole in `cursor`.
Field NextField(ByteCursor& cursor);

// Throws where `field` is not of the wanted type.
void WantType(const ByteCursor& cursor, const Field& field, WireType wanted, const char* what);

class FieldStream {
 public:
  // Both must outlive the stream; the place is asked when something is wrong.
  FieldStream(ByteSource& source, const InputPlace& place) : source_(&source), place_(&place) {}

  bool Next(Field& field);  // false at the end; field.bytes is valid until the next call
  uint64_t offset() const { return offset_; }

 private:
  // Makes `window_` at least `count` bytes long, or as long as the input lasts.
  void Gather(size_t count);

  ByteSource* source_;
  const InputPlace* place_;
  std::vector<uint8_t> carried_;     // bytes of a field that began in an earlier span
  std::span<const uint8_t> window_;  // bytes not given out yet
  uint64_t offset_ = 0;              // of window_[0]
};

}  // namespace proto::pprof
