#include "proto/dump/log_prefix.h"

namespace proto {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

using Class = bool (*)(char);

void SkipRun(std::string_view& text, Class is_in) {
  while (!text.empty() && is_in(text.front())) text.remove_prefix(1);
}

}  // namespace

std::optional<std::string_view> LogPrefix::Strip(std::string_view line) const {
  std::string_view prefix = prefix_;
  while (!prefix.empty()) {
    if (line.empty()) {
      // Of an empty line the collector may have cut the blank at the end.
      return prefix == " " ? std::optional(line) : std::nullopt;
    }
    const Class run = IsDigit(prefix.front()) ? IsDigit : IsLetter(prefix.front()) ? IsLetter : nullptr;
    if (run != nullptr) {
      if (!run(line.front())) return std::nullopt;
      SkipRun(prefix, run);
      SkipRun(line, run);
    } else if (prefix.front() == line.front()) {
      prefix.remove_prefix(1);
      line.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  return line;
}

size_t FindHeader(std::string_view line) {
  if (!line.ends_with(':')) return std::string_view::npos;
  for (size_t at = line.find("goroutine "); at != std::string_view::npos; at = line.find("goroutine ", at + 1)) {
    const bool begins_word = at == 0 || (!IsLetter(line[at - 1]) && !IsDigit(line[at - 1]));
    const bool has_number = at + 10 < line.size() && IsDigit(line[at + 10]);
    if (begins_word && has_number) return at;
  }
  return std::string_view::npos;
}

}  // namespace proto
