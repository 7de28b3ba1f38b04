#include "proto/perf/record_chunks.h"

#include <algorithm>
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

bool RecordChunks::Next(RecordChunk& chunk) {
  chunk.text.swap(begun_);
  begun_.clear();
  chunk.offset = offset_;
  chunk.first_line = line_;
  size_t end = 0;
  while (end == 0) {
    const auto span = source_.Next();
    if (span.empty()) break;
    chunk.text.append(reinterpret_cast<const char*>(span.data()), span.size());
    if (chunk.text.size() < kChunkBytes) continue;
    end = EndOfLastRecord(chunk.text);
    if (end == 0 && chunk.text.size() > kLongestRecord) end = chunk.text.rfind('\n') + 1;  // 0: a line without end
    if (end == 0 && chunk.text.size() > 2 * kLongestRecord) end = chunk.text.size();
  }
  if (end != 0) {
    begun_.assign(chunk.text, end);
    chunk.text.resize(end);
  }
  offset_ += chunk.text.size();
  line_ += static_cast<uint64_t>(std::ranges::count(chunk.text, '\n'));
  return !chunk.text.empty();
}

}  // namespace proto
