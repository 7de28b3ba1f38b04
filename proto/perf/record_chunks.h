#pragma once

#include <cstdint>
#include <string>

#include "proto/byte_source.h"

// A perf script text in pieces of about a megabyte that begin and end between records (there stands an empty line), so that
// each can be decoded on its own. A record longer than 16 MiB is cut; nobody writes such.
namespace proto {

struct RecordChunk {
  std::string text;
  uint64_t offset = 0;      // of its first byte in the input
  uint64_t first_line = 1;  // number of its first line
};

class RecordChunks {
 public:
  explicit RecordChunks(ByteSource& source) : source_(source) {}

  // False at the end. Reuses the memory of `chunk`.
  bool Next(RecordChunk& chunk);

 private:
  ByteSource& source_;
  std::string begun_;  // bytes of a record whose end has not been read
  uint64_t offset_ = 0;
  uint64_t line_ = 1;
};

}  // namespace proto
