#include "proto/perf/record_chunks.h"

#include <string_view>

namespace proto {
namespace {

constexpr size_t kChunkBytes = 1 << 20;
constexpr size_t kLongestRecord = 16 << 20;

// Behind the last empty line of `text`; 0 = there is none.
size_t EndOfLastRecord(std::string_view text) {
  size_t newline = text.rfind('\n');
  while (newline != std::string_view::npos && newline > 0) {
    const size_t before = text.rfind('\n', newline - 1);
    const size_t line = before == std::string_view::npos ? 0 : before + 1;
    if (before != std::string_view::npos && (newline == line || text.substr(line, newline - line) == "\r"))
      return newline + 1;
    newline = before;
  }
  return 0;
}

}  // namespace

bool RecordChunks::Next(std::string& text) {
  text.swap(begun_);
  begun_.clear();
  size_t end = 0;
  while (end == 0) {
    const auto span = source_.Next();
    if (span.empty()) break;
    text.append(reinterpret_cast<const char*>(span.data()), span.size());
    if (text.size() < kChunkBytes) continue;
    end = EndOfLastRecord(text);
    if (end == 0 && text.size() > kLongestRecord) end = text.rfind('\n') + 1;  // 0: a line without end
    if (end == 0 && text.size() > 2 * kLongestRecord) end = text.size();
  }
  if (end != 0) {
    begun_.assign(text, end);
    text.resize(end);
  }
  return !text.empty();
}

}  // namespace proto
