#include "proto/dump/dump_frame.h"

#include "proto/dump/text_scanner.h"

namespace proto {
namespace {

// {0x533e80?, 0x6753f0?}, 0x3, _, ...: braces group the words of one argument and are not kept.
bool ParseArguments(std::string_view list, DumpCall& call) {
  TextScanner text(list);
  while (!text.AtEnd()) {
    if (text.Skip(", ") || text.Skip("{") || text.Skip("}")) continue;
    if (text.Skip("...")) {
      call.arguments_elided = true;
    } else if (text.Skip("_")) {  // too far up the stack for the compiler's table
      call.arguments.push_back({.value = 0, .may_be_stale = true});
    } else {
      const bool is_hex = text.Skip("0x");
      const auto value = text.Number<uint64_t>(is_hex ? 16 : 10);
      if (!value) return false;
      call.arguments.push_back({.value = *value, .may_be_stale = text.Skip("?")});
    }
  }
  return true;
}

// Go's names have no blanks in dumps: type arguments are printed "[...]". That tells a call from a sentence in a log.
bool IsName(std::string_view text) { return !text.empty() && text.find_first_of(" \t") == std::string_view::npos; }

}  // namespace

std::optional<DumpCall> ParseCall(std::string_view line) {
  if (line.starts_with(kNoGoFunction)) return DumpCall{.function = kNoGoFunction, .arguments_elided = true};
  DumpCall call;
  const size_t open = line.rfind('(');
  if (open == std::string_view::npos || !line.ends_with(')')) {  // a C function: its symbolizer prints the bare name
    call.function = line;
    call.arguments_elided = true;
    return IsName(line) ? std::optional(call) : std::nullopt;
  }
  call.function = line.substr(0, open);
  if (!IsName(call.function)) return std::nullopt;
  const std::string_view arguments = line.substr(open + 1, line.size() - open - 2);
  if (!ParseArguments(arguments, call)) return std::nullopt;
  return call;
}

std::optional<DumpPlace> ParsePlace(std::string_view line) {
  constexpr std::string_view kTabOfSyslog = "#011";
  const size_t indent = line.starts_with(kTabOfSyslog) ? kTabOfSyslog.size() : line.find_first_not_of(" \t");
  if (indent == 0 || indent == std::string_view::npos) return std::nullopt;
  line.remove_prefix(indent);
  if (line.starts_with("pc=0x")) return DumpPlace{};
  for (const std::string_view behind : {" fp=0x", " pc=0x", " +0x"}) line = line.substr(0, line.rfind(behind));
  const size_t colon = line.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  TextScanner number(line.substr(colon + 1));
  const auto at = number.Number<int64_t>();
  if (!at || *at < 0 || !number.AtEnd()) return std::nullopt;
  return DumpPlace{.file = line.substr(0, colon), .line = *at};
}

std::optional<DumpCreator> ParseCreator(std::string_view line) {
  constexpr std::string_view kIn = " in goroutine ";
  TextScanner text(line);
  if (!text.Skip("created by ")) return std::nullopt;
  DumpCreator creator{.function = text.rest()};
  const size_t in = line.rfind(kIn);
  if (in != std::string_view::npos) {
    TextScanner number(line.substr(in + kIn.size()));
    const auto goroutine = number.Number<int64_t>();
    if (goroutine && number.AtEnd()) {
      creator.goroutine = *goroutine;
      creator.function.remove_suffix(line.size() - in);
    }
  }
  return IsName(creator.function) ? std::optional(creator) : std::nullopt;
}

std::optional<uint64_t> ParseElided(std::string_view line) {
  TextScanner text(line);
  if (!text.Skip("...")) return std::nullopt;
  const auto frames = text.Skip("additional") ? std::optional(uint64_t{1}) : text.Number<uint64_t>();
  if (!frames || !text.Skip(" frames elided...") || !text.AtEnd()) return std::nullopt;
  return frames;
}

}  // namespace proto
