#include "proto/perf/perf_records.h"

#include <algorithm>

namespace proto {
namespace {

bool IsEmpty(std::string_view line) { return line.empty() || line == "\r"; }

}  // namespace

std::string_view PerfRecords::TakeLine() {
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++line_;
  return line;
}

bool PerfRecords::Next(PerfRecord& record) {
  do {
    if (rest_.empty()) return false;
    record.line = line_;
    record.header = TakeLine();
  } while (IsEmpty(record.header) || record.header.starts_with('#'));
  const char* const begin = rest_.data();
  const char* end = begin;
  while (!rest_.empty()) {
    const std::string_view line = TakeLine();
    if (IsEmpty(line)) break;
    end = line.data() + line.size();
  }
  record.stack = {begin, static_cast<size_t>(end - begin)};
  return true;
}

}  // namespace proto
