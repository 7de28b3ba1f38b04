#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/byte_source.h"

// The lines of a text input. A line that lies within one span of the source is given as it lies there; only one that
// crosses a seam is copied. Memory: one line, and a line is never longer than `longest_line`: of a longer one the
// beginning is given and the rest skipped, so a file without a single line end can't fill memory.
//
//   for (LineReader lines(source); lines.Next();) Use(lines.line());
namespace proto {

class LineReader {
 public:
  static constexpr size_t kLongestLine = 16 << 20;  // a stack of 100,000 frames with names of 160 bytes

  explicit LineReader(ByteSource& source, size_t longest_line = kLongestLine)
      : source_(source), longest_line_(longest_line) {}

  bool Next();  // to the next line; false at the end

  // Without its end ("\n" or "\r\n"). Valid until the next call.
  std::string_view line() const { return line_; }
  uint64_t number() const { return number_; }  // of that line, from 1
  uint64_t offset() const { return offset_; }  // of its first byte in the input
  bool is_cut() const { return is_cut_; }      // it was longer than longest_line

 private:
  bool Refill();
  void JoinAcrossSpans();

  ByteSource& source_;
  size_t longest_line_;
  std::string_view rest_;  // of the current span
  std::string seam_;       // a line that crosses spans
  std::string_view line_;
  uint64_t number_ = 0;
  uint64_t offset_ = 0;
  uint64_t next_offset_ = 0;
  bool is_cut_ = false;
};

}  // namespace proto
