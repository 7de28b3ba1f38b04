#pragma once

#include <cstdint>
#include <string_view>

namespace proto {

// One sample of a perf script text: a header line and the lines of its stack.
struct PerfRecord {
  std::string_view header;  // may be the first frame where `perf script -F` left out all of the header's fields
  std::string_view stack;   // the lines behind it, with their ends
  uint64_t line = 0;        // number of the header's line in the text, from 0
};

// The records of a chunk, one after the other; comments ("# ..") before a record are stepped over.
class PerfRecords {
 public:
  explicit PerfRecords(std::string_view text) : rest_(text) {}

  bool Next(PerfRecord& record);            // false at the end
  uint64_t lines() const { return line_; }  // taken so far

 private:
  std::string_view TakeLine();

  std::string_view rest_;
  uint64_t line_ = 0;  // number of the next line
};

}  // namespace proto
