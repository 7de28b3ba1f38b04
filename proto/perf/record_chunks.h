#pragma once

#include <string>

#include "proto/byte_source.h"

// A perf script text in pieces of about a megabyte that begin and end between records (there stands an empty line), so that
// each can be decoded on its own. Where 16 MiB have no empty line (recordings without stacks have none), a piece ends with a
// line.
namespace proto {

class RecordChunks {
 public:
  explicit RecordChunks(ByteSource& source) : source_(source) {}

  // The next piece; false at the end. Reuses the memory of `text`.
  bool Next(std::string& text);

 private:
  ByteSource& source_;
  std::string begun_;  // bytes of a record whose end has not been read
};

}  // namespace proto
