#include "proto/dump/dump_header.h"

#include "proto/dump/quoted_text.h"
#include "proto/dump/text_scanner.h"

namespace proto {
namespace {

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '_';
}

// A label's key or value: quoted, or (Go 1.27) bare where all its characters allow it.
std::optional<std::string> TakeLabelText(TextScanner& text) {
  if (text.rest().starts_with('"')) return TakeQuoted(text);
  size_t length = 0;
  while (length < text.rest().size() && IsWordCharacter(text.rest()[length])) ++length;
  const std::string_view word = text.rest().substr(0, length);
  text.Skip(word);
  return std::string(word);
}

// {"key": "value", "other": "value"}
bool TakeLabels(TextScanner& text, DumpHeader& header) {
  if (!text.Skip("{")) return false;
  while (!text.Skip("}")) {
    auto key = TakeLabelText(text);
    if (!key || !text.Skip(": ")) return false;
    auto value = TakeLabelText(text);
    if (!value) return false;
    header.labels.emplace_back(std::move(*key), std::move(*value));
    if (!text.Skip(", ") && !text.rest().starts_with('}')) return false;
  }
  return true;
}

// Marks that the runtime puts behind the state, in this order.
std::string_view WithoutMarks(std::string_view state, DumpHeader& header) {
  const auto take = [&state](std::string_view mark) {
    if (!state.ends_with(mark)) return false;
    state.remove_suffix(mark.size());
    return true;
  };
  header.is_durable = take(" (durable)");
  take(" (scan)");  // the collector looked at its stack just then: says nothing about the program
  header.is_leaked = take(" (leaked)");
  return state;
}

// ", 3 minutes", ", locked to thread", ", synctest bubble 7". One that we don't know is stepped over: a new Go may add some.
bool TakeDetail(TextScanner& text, DumpHeader& header) {
  if (!text.Skip(", ")) return false;
  if (text.Skip("locked to thread")) return header.is_locked_to_thread = true;
  if (text.Skip("synctest bubble ")) return (header.synctest_bubble = text.Number<int64_t>()).has_value();
  TextScanner ahead = text;
  const auto minutes = ahead.Number<int64_t>();
  if (minutes && ahead.Skip(" minutes")) {
    header.wait_minutes = minutes;
    text = ahead;
    return true;
  }
  return !text.Until(",]").empty();
}

// gp=0xc000006c40 m=3 mp=0xc00004e008
bool TakeThread(TextScanner& text, DumpHeader& header) {
  while (!text.Skip("[")) {
    if (text.Skip("m=nil")) {
    } else if (text.Skip("m=")) {
      header.thread = text.Number<int64_t>();
      if (!header.thread) return false;
    } else if (text.Skip("gp=0x") || text.Skip("mp=0x")) {
      if (!text.Number<uint64_t>(16)) return false;
    } else {
      return false;
    }
    if (!text.Skip(" ")) return false;
  }
  return true;
}

}  // namespace

std::optional<DumpHeader> ParseDumpHeader(std::string_view line) {
  TextScanner text(line);
  DumpHeader header;
  if (!text.Skip("goroutine ")) return std::nullopt;
  const auto goroutine = text.Number<int64_t>();
  if (!goroutine || *goroutine < 0 || !text.Skip(" ") || !TakeThread(text, header)) return std::nullopt;
  header.goroutine = *goroutine;

  std::string_view state = text.Until(",]");
  const size_t labels = state.find(" labels:{");
  if (labels != std::string_view::npos) {
    const size_t behind = static_cast<size_t>(state.data() - line.data()) + labels;
    state = state.substr(0, labels);
    text = TextScanner(line.substr(behind));
  }
  if (state.empty()) return std::nullopt;
  header.state = WithoutMarks(state, header);
  while (!text.Skip("]")) {
    if (text.Skip(" labels:") ? !TakeLabels(text, header) : !TakeDetail(text, header)) return std::nullopt;
  }
  if (text.Skip(" ") && !TakeLabels(text, header)) return std::nullopt;
  if (!text.Skip(":") || !text.AtEnd()) return std::nullopt;
  return header;
}

}  // namespace proto
