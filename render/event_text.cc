#include "render/event_text.h"

#include <fmt/format.h>

#include <iterator>

namespace render {
namespace {

using model::Event;
using model::EventKind;

constexpr const char* kScopes[] = {"", " goroutine", " proc", " thread"};

void AppendQuoted(std::string_view text, std::string& line) {
  line += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  line += '"';
}

// Names of functions hold no spaces but for generics and in hostile files; these are quoted.
void AppendName(std::string_view name, std::string& line) {
  bool is_plain = !name.empty() && name != "<" && name != "=>" && name != "@";
  for (const char c : name) is_plain &= static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '\\' && c != 0x7f;
  if (is_plain) {
    line += name;
  } else {
    AppendQuoted(name, line);
  }
}

void AppendStack(const model::EventSource& source, model::StackId stack, std::string& line) {
  const model::Symbols& symbols = source.symbols();
  const char* between = "";
  for (const model::LocationId at : source.stacks().LeafFirst(stack)) {
    for (const model::Line& frame : symbols.lines(at)) {
      const std::string_view path = symbols.text(symbols.functions()[frame.function].file);
      line += between;
      AppendName(symbols.function_name(frame.function), line);
      line += ' ';
      AppendName(path.substr(path.find_last_of('/') + 1), line);
      fmt::format_to(std::back_inserter(line), ":{}", frame.line);
      between = " < ";
    }
  }
}

void AppendWhen(const Event& event, model::Time begin, std::string& line) {
  auto out = std::back_inserter(line);
  const model::Time since = event.time - begin;
  fmt::format_to(out, "{}.{:09}", since / 1'000'000'000, since % 1'000'000'000);
  if (event.thread != model::kNoThread) fmt::format_to(out, " m{}", event.thread);
  if (event.proc != model::kNoProc) fmt::format_to(out, " p{}", event.proc);
  if (event.goroutine != model::kNoGoroutine) fmt::format_to(out, " g{}", event.goroutine);
}

void AppendSync(const Event& event, std::string& line) {
  auto out = std::back_inserter(line);
  if (event.value == 0) {
    line += " end";
    return;
  }
  fmt::format_to(out, " {} clock_ns {}", event.value, event.time);
  if (event.wall_ns != 0) fmt::format_to(out, " unix_ns {}", event.wall_ns);
}

void AppendWhat(const model::EventSource& source, const Event& event, std::string& line) {
  auto out = std::back_inserter(line);
  const auto quoted = [&](model::StringId text) {
    line += ' ';
    AppendQuoted(source.symbols().text(text), line);
  };
  line += ' ';
  switch (event.kind) {
    case EventKind::kGoroutineState:
      fmt::format_to(out, "goroutine {} {}->{}", event.subject, Name(event.from), Name(event.to));
      if (event.reason_text != model::StringId(0)) quoted(event.reason_text);
      return;
    case EventKind::kProcState:
      fmt::format_to(out, "proc {} {}->{}", event.subject, Name(event.proc_from), Name(event.proc_to));
      return;
    default:
      line += Name(event.kind);
  }
  switch (event.kind) {
    case EventKind::kSync:
      AppendSync(event, line);
      return;
    case EventKind::kRangeBegin:
    case EventKind::kRangeActive:
    case EventKind::kRangeEnd:
      quoted(event.name);
      if (event.scope != model::RangeScope::kGlobal)
        fmt::format_to(out, "{} {}", kScopes[static_cast<size_t>(event.scope)], event.subject);
      return;
    case EventKind::kMetric:
      quoted(event.name);
      fmt::format_to(out, " {}", event.value);
      return;
    case EventKind::kExperimental:
      quoted(event.name);
      return;
    case EventKind::kCpuSample:
      return;
    default:  // tasks, regions, logs, labels
      fmt::format_to(out, " {}", static_cast<uint64_t>(event.subject));
      quoted(event.name);
      if (event.kind == EventKind::kLog) quoted(event.text);
      if (event.parent_task != model::kNoTask) fmt::format_to(out, " of {}", event.parent_task);
  }
}

}  // namespace

void AppendEventText(const model::EventSource& source, const Event& event, model::Time begin, Stacks stacks,
                     std::string& line) {
  AppendWhen(event, begin, line);
  AppendWhat(source, event, line);
  if (stacks == Stacks::kShow && event.stack != model::StackTrie::root()) {
    line += " @ ";
    AppendStack(source, event.stack, line);
  }
  if (stacks == Stacks::kShow && event.subject_stack != model::StackTrie::root() && event.subject_stack != event.stack) {
    line += " => ";
    AppendStack(source, event.subject_stack, line);
  }
  line += '\n';
}

}  // namespace render
