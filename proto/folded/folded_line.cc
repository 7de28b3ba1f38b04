#include "proto/folded/folded_line.h"

#include <charconv>

namespace proto {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view WithoutBlanksBehind(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<FoldedNumber> ParseFoldedNumber(std::string_view text) {
  FoldedNumber number;
  if (text.empty() || !IsDigit(text.front())) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto [point, error] = std::from_chars(text.data(), end, number.whole);
  if (error != std::errc()) return std::nullopt;
  if (point == end) return number;
  if (*point != '.') return std::nullopt;
  int32_t worth = FoldedNumber::kMillion / 10;
  for (const char* at = point + 1; at != end; ++at) {
    if (!IsDigit(*at)) return std::nullopt;
    number.millionths += (*at - '0') * worth;
    worth /= 10;
  }
  return number;
}

std::optional<FoldedField> LastNumber(std::string_view line) {
  line = WithoutBlanksBehind(line);
  const size_t blank = line.find_last_of(" \t");
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = ParseFoldedNumber(line.substr(blank + 1));
  if (!number) return std::nullopt;
  return FoldedField{.before = WithoutBlanksBehind(line.substr(0, blank)), .number = *number};
}

}  // namespace proto
