#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "proto/byte_source.h"
#include "proto/pprof/field.h"

// The fields of one protobuf message of any size, one by one: only the field that is being looked at is in memory.
namespace proto::pprof {

class FieldStream {
 public:
  // Both must outlive the stream; the place is asked when something is wrong.
  FieldStream(ByteSource& source, const InputPlace& place) : source_(&source), place_(&place) {}

  bool Next(Field& field);  // false at the end; field.bytes is valid until the next call
  uint64_t offset() const { return offset_; }

 private:
  bool NextWhole(Field& field);
  // Makes `window_` at least `count` bytes long, or as long as the input lasts.
  void Gather(size_t count);

  ByteSource* source_;
  const InputPlace* place_;
  std::vector<uint8_t> joined_;      // a field that lies in several spans
  std::span<const uint8_t> window_;  // bytes not given out yet; in `joined_` or in the source's last span
  std::span<const uint8_t> behind_;  // what follows the window in the source's last span
  size_t borrowed_ = 0;              // bytes at the end of `joined_` that stand in that span too, just before behind_
  uint64_t offset_ = 0;              // of window_[0]
};

}  // namespace proto::pprof
