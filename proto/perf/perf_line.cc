#include "proto/perf/perf_line.h"

#include <algorithm>
#include <charconv>

namespace proto {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && (IsBlank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view TakeWord(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  size_t size = 0;
  while (size < text.size() && !IsBlank(text[size])) ++size;
  const std::string_view word = text.substr(0, size);
  text.remove_prefix(size);
  return word;
}

template <class Integer>
bool TakeNumber(std::string_view& text, Integer& value, int base = 10) {
  if (text.empty() || text.front() == '-') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool IsNumber(std::string_view text, int64_t& value) { return TakeNumber(text, value) && text.empty(); }

// "25607" or "24636/25607"
bool ParseThread(std::string_view word, PerfHeader& header) {
  int64_t first = 0;
  if (!TakeNumber(word, first)) return false;
  if (word.empty()) {
    header.process = kNotShown;
    header.thread = first;
    return true;
  }
  int64_t second = 0;
  if (word.front() != '/' || !IsNumber(word.substr(1), second)) return false;
  header.process = first;
  header.thread = second;
  return true;
}

// "94564.109216:", with 6 or 9 digits of a second
bool ParseTime(std::string_view word, int64_t& time_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  int64_t seconds = 0;
  if (!word.ends_with(':') || !TakeNumber(word, seconds) || !word.starts_with('.')) return false;
  word = word.substr(1, word.size() - 2);
  int64_t ns = 0;
  int64_t worth = kSecond / 10;
  for (const char c : word) {
    if (!IsDigit(c)) return false;
    ns += (c - '0') * worth;
    worth /= 10;
  }
  constexpr int64_t kMostSeconds = 9'000'000'000;
  if (word.empty() || seconds > kMostSeconds) return false;
  time_ns = seconds * kSecond + ns;
  return true;
}

// "[002]"
bool ParseCpu(std::string_view word, int64_t& cpu) {
  return word.size() > 2 && word.front() == '[' && word.back() == ']' && IsNumber(word.substr(1, word.size() - 2), cpu);
}

// "   250000 cycles:u:  ffffffff9aa3c8de [unknown] ([unknown])": what stands behind the time.
void ParseEvent(std::string_view text, PerfHeader& header) {
  std::string_view word = TakeWord(text);
  if (IsNumber(word, header.period)) word = TakeWord(text);
  if (!word.ends_with(':')) return;
  header.event = word.substr(0, word.size() - 1);
  text = Trim(text);
  // Tracepoints have their arguments here, which are no frame.
  if (!text.empty() && ParsePerfFrame(text)) header.frame = text;
}

}  // namespace

// The command may hold blanks and numbers ("price worker 2"), so the fields are found from the time backwards; without a
// time, the first number is taken.
std::optional<PerfHeader> ParsePerfHeader(std::string_view line) {
  PerfHeader header;
  std::string_view rest = line;
  TakeWord(rest);
  size_t command_end = 0;  // 0 = no thread found
  std::string_view behind_first_thread;
  while (!rest.empty()) {
    const std::string_view word = TakeWord(rest);
    const auto begin = static_cast<size_t>(word.data() - line.data());
    if (!word.empty() && IsDigit(word.front())) {
      PerfHeader found = header;
      if (ParseTime(word, header.time_ns)) {
        if (command_end == 0) command_end = begin;
        header.command = Trim(line.substr(0, command_end));
        ParseEvent(rest, header);
        return header;
      }
      if (ParseThread(word, found)) {
        if (command_end == 0) behind_first_thread = rest;
        header = found;
        command_end = begin;
      }
    } else if (command_end != 0) {
      ParseCpu(word, header.cpu);
    }
  }
  if (behind_first_thread.data() == nullptr) return std::nullopt;
  header = {};
  const std::string_view front = Trim(line.substr(0, static_cast<size_t>(behind_first_thread.data() - line.data())));
  const size_t blank = front.find_last_of(" \t");
  ParseThread(front.substr(blank + 1), header);
  header.command = Trim(front.substr(0, blank));
  std::string_view after_cpu = behind_first_thread;
  if (ParseCpu(TakeWord(after_cpu), header.cpu)) behind_first_thread = after_cpu;
  ParseEvent(behind_first_thread, header);
  return header;
}

namespace {

// "name+0x1f" -> "name"
std::string_view WithoutOffset(std::string_view symbol) {
  const size_t at = symbol.rfind("+0x");
  if (at == std::string_view::npos) return symbol;
  const bool is_hex = symbol.find_first_not_of("0123456789abcdefABCDEF", at + 3) == std::string_view::npos;
  return is_hex ? symbol.substr(0, at) : symbol;
}

// Where the dso's parenthesis opens; npos = there is none. A dso may itself end in a parenthesis: "(/lib/x.so (deleted))".
size_t FindDso(std::string_view text) {
  if (!text.ends_with(')')) return std::string_view::npos;
  const size_t open = text.rfind(" (");
  if (open != std::string_view::npos && text.substr(open) == " (deleted))") return text.substr(0, open).rfind(" (");
  return open;
}

}  // namespace

std::optional<PerfFrame> ParsePerfFrame(std::string_view line) {
  PerfFrame frame;
  std::string_view text = Trim(line);
  if (text.starts_with('-') || !TakeNumber(text, frame.address, 16) || text.empty() || !IsBlank(text.front()))
    return std::nullopt;
  const size_t open = FindDso(text);
  std::string_view symbol = text;
  if (open != std::string_view::npos) {
    frame.dso = text.substr(open + 2, text.size() - open - 3);
    symbol = text.substr(0, open);
  }
  frame.is_inlined = frame.dso == "inlined";
  if (frame.is_inlined) frame.dso = {};
  symbol = WithoutOffset(Trim(symbol));
  frame.symbol = symbol.empty() ? std::string_view("[unknown]") : symbol;
  return frame;
}

std::optional<PerfSource> ParsePerfSource(std::string_view line) {
  if (!line.starts_with("  ")) return std::nullopt;
  const std::string_view text = Trim(line);
  const size_t colon = text.rfind(':');
  PerfSource source;
  uint64_t address = 0;
  std::string_view in_brackets = text.substr(std::min(text.rfind('['), text.size()));
  if (in_brackets.size() > 2 && TakeNumber(in_brackets = in_brackets.substr(1), address, 16) && in_brackets == "]")
    return source;
  if (colon == std::string_view::npos || colon == 0 || !IsNumber(text.substr(colon + 1), source.line)) return std::nullopt;
  source.file = text.substr(0, colon);
  return source;
}

}  // namespace proto
