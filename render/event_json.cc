#include "render/event_json.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace render {
namespace {

using model::Event;
using model::EventKind;

constexpr const char* kScopes[] = {"global", "goroutine", "proc", "thread"};

template <class Number>
void AppendNumber(const char* key, Number value, std::string& line) {
  fmt::format_to(std::back_inserter(line), ",\"{}\":{}", key, value);
}

void AppendWord(const char* key, const char* word, std::string& line) {
  fmt::format_to(std::back_inserter(line), ",\"{}\":\"{}\"", key, word);
}

std::string JsonText(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void EventJson::Append(const Event& event, model::Time begin, std::string& line) {
  if (stacks_ == Stacks::kOnce) {
    Introduce(event.stack, line);
    Introduce(event.subject_stack, line);
  }
  fmt::format_to(std::back_inserter(line), "{{\"time_ns\":{},\"kind\":\"{}\"", event.time - begin, Name(event.kind));
  if (event.thread != model::kNoThread) AppendNumber("thread", event.thread, line);
  if (event.proc != model::kNoProc) AppendNumber("proc", event.proc, line);
  if (event.goroutine != model::kNoGoroutine) AppendNumber("goroutine", event.goroutine, line);
  AppendWhat(event, line);
  if (stacks_ != Stacks::kLeaveOut) {
    AppendStack("stack", event.stack, line);
    if (event.subject_stack != event.stack) AppendStack("subject_stack", event.subject_stack, line);
  }
  line += "}\n";
}

void EventJson::AppendWhat(const Event& event, std::string& line) {
  switch (event.kind) {
    case EventKind::kSync:
      AppendNumber("generation", event.value, line);
      AppendNumber("clock_ns", event.time, line);
      if (event.wall_ns != 0) AppendNumber("unix_ns", event.wall_ns, line);
      break;
    case EventKind::kGoroutineState:
      AppendNumber("subject", event.subject, line);
      AppendWord("from", Name(event.from), line);
      AppendWord("to", Name(event.to), line);
      if (event.reason_text != model::StringId(0)) AppendText("reason", event.reason_text, line);
      break;
    case EventKind::kProcState:
      AppendNumber("subject", event.subject, line);
      AppendWord("from", Name(event.proc_from), line);
      AppendWord("to", Name(event.proc_to), line);
      break;
    case EventKind::kRangeBegin:
    case EventKind::kRangeActive:
    case EventKind::kRangeEnd:
      AppendText("name", event.name, line);
      AppendWord("scope", kScopes[static_cast<size_t>(event.scope)], line);
      if (event.scope != model::RangeScope::kGlobal) AppendNumber("subject", event.subject, line);
      break;
    case EventKind::kTaskBegin:
    case EventKind::kTaskEnd:
    case EventKind::kRegionBegin:
    case EventKind::kRegionEnd:
    case EventKind::kLog:
      AppendNumber("task", static_cast<uint64_t>(event.subject), line);
      AppendText(event.kind == EventKind::kLog ? "category" : "type", event.name, line);
      if (event.kind == EventKind::kLog) AppendText("message", event.text, line);
      if (event.parent_task != model::kNoTask) AppendNumber("parent", event.parent_task, line);
      break;
    case EventKind::kMetric:
      AppendText("name", event.name, line);
      AppendNumber("value", event.value, line);
      break;
    case EventKind::kLabel:
      AppendNumber("subject", event.subject, line);
      AppendText("name", event.name, line);
      break;
    case EventKind::kExperimental:
      AppendText("name", event.name, line);
      break;
    case EventKind::kCpuSample:
      break;
  }
}

void EventJson::Append(const model::Damage& damage, std::string& line) const {
  fmt::format_to(std::back_inserter(line), "{{\"kind\":\"damage\",\"begin_byte\":{},\"end_byte\":{},\"what\":{}}}\n",
                 damage.begin_byte, damage.end_byte, JsonText(damage.what));
}

void EventJson::AppendText(const char* key, model::StringId text, std::string& line) {
  fmt::format_to(std::back_inserter(line), ",\"{}\":{}", key, Quoted(text));
}

void EventJson::AppendStack(const char* key, model::StackId stack, std::string& line) {
  if (stack == model::StackTrie::root()) return;
  if (stacks_ == Stacks::kOnce) {
    fmt::format_to(std::back_inserter(line), ",\"{}_id\":{}", key, stack.value);
    return;
  }
  fmt::format_to(std::back_inserter(line), ",\"{}\":", key);
  AppendFrames(stack, line);
}

void EventJson::Introduce(model::StackId stack, std::string& line) {
  if (stack == model::StackTrie::root()) return;
  if (stack.index() >= is_told_.size()) is_told_.resize(source_.stacks().size());
  if (is_told_[stack.index()]) return;
  is_told_[stack.index()] = true;
  fmt::format_to(std::back_inserter(line), "{{\"kind\":\"stack\",\"id\":{},\"frames\":", stack.value);
  AppendFrames(stack, line);
  line += "}\n";
}

void EventJson::AppendFrames(model::StackId stack, std::string& line) {
  const model::Symbols& symbols = source_.symbols();
  char between = '[';
  for (const model::LocationId at : source_.stacks().LeafFirst(stack)) {
    for (const model::Line& frame : symbols.lines(at)) {
      const model::Function& function = symbols.functions()[frame.function];
      line += between;
      fmt::format_to(std::back_inserter(line), "{{\"function\":{}", Quoted(function.name));
      fmt::format_to(std::back_inserter(line), ",\"file\":{},\"line\":{}}}", Quoted(function.file), frame.line);
      between = ',';
    }
  }
  line += between == '[' ? "[]" : "]";
}

const std::string& EventJson::Quoted(model::StringId text) {
  if (text.index() >= quoted_.size()) quoted_.resize(source_.symbols().strings().size());
  std::string& quoted = quoted_[text.index()];
  if (quoted.empty()) quoted = JsonText(source_.symbols().text(text));
  return quoted;
}

}  // namespace render
