#include "tests/support/trace_script.h"

#include <cctype>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace test_support {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  while (in >> std::ws && in.peek() != EOF) {
    std::string word;
    if (in.peek() == '"') {
      in.get();
      std::getline(in, word, '"');
    } else {
      in >> word;
    }
    words.push_back(word);
  }
  return words;
}

class Script : public model::EventSource {
 public:
  explicit Script(std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::string line;
    for (uint64_t offset = 1; std::getline(lines, line); ++offset) {
      if (line.find_first_not_of(' ') != std::string::npos) Add(line, offset);
    }
    info_.version = "go 1.26 trace";
  }
  std::span<const Event> Next() override {
    if (is_read_) return {};
    is_read_ = true;
    return events_;
  }
  const model::TraceInfo& info() const override { return info_; }
  const model::Symbols& symbols() const override { return symbols_; }
  const model::StackTrie& stacks() const override { return stacks_; }

 private:
  void Add(const std::string& line, uint64_t offset) {
    const size_t at = line.find(" @ ");
    const std::vector<std::string> words = Words(line.substr(0, at));
    Event event{.time = std::stoll(words[0]), .offset = offset};
    if (at != std::string::npos) event.stack = Stack(line.substr(at + 3));
    if (words[1] == "sync") {
      event.value = ++generation_;
    } else if (words[1] == "metric") {
      event.kind = EventKind::kMetric;
      event.name = symbols_.InternString(words[2]);
      event.value = std::stoull(words[3]);
    } else if (words[1][0] == 'p') {
      Proc(event, words);
    } else {
      Goroutine(event, words);
    }
    events_.push_back(event);
  }

  void Proc(Event& event, const std::vector<std::string>& words) {
    event.subject = event.proc = Number(words[1]);
    if (Range(event, words)) {
      event.scope = model::RangeScope::kProc;
      event.goroutine = on_proc_.contains(event.proc) ? on_proc_[event.proc] : model::kNoGoroutine;
      return;
    }
    event.kind = EventKind::kProcState;
    model::ProcState& state = procs_[event.subject];
    event.proc_from = state;
    event.proc_to = state = words[2] == "idle" ? model::ProcState::kIdle : model::ProcState::kRunning;
  }

  bool Range(Event& event, const std::vector<std::string>& words) {
    if (words[2] != "begin" && words[2] != "end" && words[2] != "active") return false;
    event.kind = words[2] == "begin" ? EventKind::kRangeBegin
                 : words[2] == "end" ? EventKind::kRangeEnd
                                     : EventKind::kRangeActive;
    event.name = symbols_.InternString(words[3]);
    return true;
  }

  void Goroutine(Event& event, const std::vector<std::string>& words) {
    const std::string& what = words[2];
    const bool is_nobody = words[1] == "-";
    if (!is_nobody) event.goroutine = Number(words[1]);
    if (proc_of_.contains(event.goroutine)) event.proc = proc_of_[event.goroutine];
    event.subject = event.goroutine;
    if (Range(event, words)) {
      event.scope = is_nobody ? model::RangeScope::kGlobal : model::RangeScope::kGoroutine;
    } else if (what == "task" || what == "endtask" || what == "region" || what == "endregion" || what == "log") {
      User(event, words);
    } else if (what == "label") {
      event.kind = EventKind::kLabel;
      event.name = symbols_.InternString(words[3]);
    } else if (what == "sample") {
      event.kind = EventKind::kCpuSample;
    } else {
      State(event, words);
    }
  }

  void User(Event& event, const std::vector<std::string>& words) {
    static const std::map<std::string, EventKind> kKinds = {{"task", EventKind::kTaskBegin},
                                                            {"endtask", EventKind::kTaskEnd},
                                                            {"region", EventKind::kRegionBegin},
                                                            {"endregion", EventKind::kRegionEnd},
                                                            {"log", EventKind::kLog}};
    event.kind = kKinds.at(words[2]);
    event.subject = std::stoll(words[3]);
    if (words.size() > 4) event.name = symbols_.InternString(words[4]);
    if (event.kind == EventKind::kTaskBegin) task_types_[event.subject] = event.name;
    if (event.kind == EventKind::kTaskEnd) event.name = task_types_[event.subject];
    if (event.kind == EventKind::kLog) event.text = symbols_.InternString(words.at(5));
    if (event.kind == EventKind::kTaskBegin) event.parent_task = words.size() > 6 ? std::stoull(words[6]) : 0;
  }

  void State(Event& event, const std::vector<std::string>& words) {
    const std::string& what = words[2];
    event.kind = EventKind::kGoroutineState;
    if (what == "create" || what == "wake") event.subject = Number(words[3]);
    GoState& state = states_[event.subject];
    event.from = what == "create" ? GoState::kNotExist : state;
    if (what == "create") {
      event.subject_stack = Stack(words[4]);
      event.to = GoState::kRunnable;
    } else if (what == "was") {
      event.to = words[3] == "running"   ? GoState::kRunning
                 : words[3] == "waiting" ? GoState::kWaiting
                 : words[3] == "syscall" ? GoState::kSyscall
                                         : GoState::kRunnable;
      event.subject_stack = event.stack;
      event.stack = {};
    } else if (what == "wait") {
      event.to = GoState::kWaiting;
      event.reason_text = symbols_.InternString(words[3]);
      event.reason = model::ParseBlockReason(words[3]);
      event.subject_stack = event.stack;
    } else {
      static const std::map<std::string, GoState> kTo = {{"wake", GoState::kRunnable},    {"run", GoState::kRunning},
                                                         {"preempt", GoState::kRunnable}, {"syscall", GoState::kSyscall},
                                                         {"return", GoState::kRunning},   {"exit", GoState::kNotExist}};
      event.to = kTo.at(what);
      if (what != "wake") event.subject_stack = event.stack;
    }
    state = event.to;
    if (words.size() > 2 && words[words.size() - 2] == "on") event.proc = proc_of_[event.subject] = Number(words.back());
    if (event.proc != model::kNoProc && event.to == GoState::kRunning) on_proc_[event.proc] = event.subject;
    if (event.to != GoState::kRunning && event.to != GoState::kSyscall) proc_of_.erase(event.subject);
  }

  static int64_t Number(const std::string& word) { return std::stoll(word.substr(1)); }

  model::StackId Stack(const std::string& folded) {
    model::StackId stack;
    std::istringstream names(folded);
    for (std::string name; std::getline(names, name, ';');) {
      const FrameText frame = ReadFrame(name);
      stack = stacks_.Child(stack, symbols_.InternFrame(frame.function, frame.file, frame.line));
    }
    return stack;
  }

  std::vector<Event> events_;
  bool is_read_ = false;
  uint64_t generation_ = 0;
  model::TraceInfo info_;
  model::Symbols symbols_;
  model::StackTrie stacks_;
  std::map<int64_t, GoState> states_;
  std::map<int64_t, model::ProcState> procs_;
  std::map<int64_t, int64_t> proc_of_, on_proc_;
  std::map<int64_t, model::StringId> task_types_;
};

}  // namespace

FrameText ReadFrame(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {.function = text, .file = "main.go"};
  const std::string_view behind = text.substr(colon + 1);
  const bool is_line = !behind.empty() && std::isdigit(static_cast<unsigned char>(behind.front())) != 0;
  if (is_line) return {.function = text.substr(0, colon), .file = "main.go", .line = std::stoll(std::string(behind))};
  return {.function = text.substr(0, colon), .file = behind};
}

std::unique_ptr<model::EventSource> TraceScript(std::string_view text) { return std::make_unique<Script>(text); }

}  // namespace test_support
