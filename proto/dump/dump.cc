#include "proto/dump/dump.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "model/input_error.h"
#include "proto/dump/dump_builder.h"
#include "proto/dump/dump_frame.h"
#include "proto/dump/dump_header.h"
#include "proto/dump/log_prefix.h"
#include "proto/line_reader.h"

namespace proto {
namespace {

// A server's log can hold a dump for every request that panicked; more than this are not kept.
constexpr size_t kMostDumps = 10'000;
// Between "panic: .." and the first goroutine stand a signal and the lines of the panic's value, not a day of log.
constexpr uint64_t kLinesFromCauseToDump = 100;
constexpr size_t kLongestCause = 1000;
constexpr size_t kShownOfLine = 80;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// "SIGQUIT: quit", but not "[signal SIGSEGV: segmentation violation ..", which explains a panic.
std::string_view SignalIn(std::string_view line) {
  const size_t at = line.find("SIG");
  if (at == std::string_view::npos || line.substr(0, at).ends_with("[signal ")) return {};
  const std::string_view text = line.substr(at);
  const size_t colon = text.find(": ");
  const bool is_name = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == colon;
  return is_name && colon < 12 ? text : std::string_view();
}

// What the runtime (or net/http, for a handler) says before it prints goroutines; empty = `line` is something else.
std::string_view CauseIn(std::string_view line) {
  for (const std::string_view word : {"fatal error: ", "panic: ", "http: panic serving "}) {
    const size_t at = line.find(word);
    if (at != std::string_view::npos && (at == 0 || !IsLetter(line[at - 1]))) return line.substr(at);
  }
  return SignalIn(line);
}

class Reader {
 public:
  Reader(const std::string& name, ByteSource& source) : name_(name), lines_(source) {}

  std::vector<model::GoroutineDump> Read() {
    while (lines_.Next()) Take(lines_.line());
    EndDump();
    if (dumps_.empty()) throw model::InputError(name_, "has no goroutine dump: no line is like \"goroutine 1 [running]:\"");
    if (dumps_left_out_ > 0) {
      const std::string more = fmt::format("{}: {} more after the first {}", name_, dumps_left_out_, kMostDumps);
      dumps_.back().warnings.Add("goroutine dumps left out", more);
    }
    return std::move(dumps_);
  }

 private:
  // Where in a goroutine's text we are.
  enum class Part { kOutside, kFrames, kAncestors };

  void Take(std::string_view line) {
    const size_t at = FindHeader(line);
    if (at != std::string_view::npos) {
      if (const auto header = ParseDumpHeader(line.substr(at))) {
        prefix_ = LogPrefix(line.substr(0, at));
        return BeginGoroutine(*header);
      }
    }
    if (part_ == Part::kOutside) return TakeOutside(line);
    const auto text = prefix_.Strip(line);
    if (text) return TakeInside(*text);
    TakeForeign(line);
  }

  void TakeOutside(std::string_view line) {
    if (line.empty()) return;
    has_text_between_ = true;
    if (line == "-----") is_crash_tail_ = dump_.has_value();
    const std::string_view cause = CauseIn(line);
    if (cause.empty() || is_crash_tail_) return;
    cause_ = cause.substr(0, kLongestCause);
    cause_line_ = lines_.number();
  }

  void BeginGoroutine(const DumpHeader& header) {
    EndGoroutine();
    if (lines_.number() > cause_line_ + kLinesFromCauseToDump) cause_.clear();
    if (IsNewDump(header)) {
      EndDump();
      dump_.emplace(std::exchange(cause_, {}), lines_.number());
    }
    dump_->Begin(header, lines_.number());
    part_ = Part::kFrames;
  }

  // A moment has each goroutine once, begins with what caused it, and is printed by a goroutine that runs. With
  // GOTRACEBACK=crash each thread adds its own after "-----", which still is the same moment.
  bool IsNewDump(const DumpHeader& header) const {
    if (!dump_) return true;
    if (is_crash_tail_) return false;
    return !cause_.empty() || dump_->Has(header.goroutine) || (has_text_between_ && header.state == "running");
  }

  void TakeInside(std::string_view line) {
    if (line.empty()) return EndGoroutine();
    if (part_ == Part::kAncestors) return;
    if (TakePlace(line)) return;
    if (const auto elided = ParseElided(line)) return dump_->AddElided(*elided);
    if (line.starts_with("[originating from goroutine ")) {  // GODEBUG=tracebackancestors: stacks of the past
      part_ = Part::kAncestors;
    } else if (const auto creator = ParseCreator(line)) {
      DropPending();
      creator_function_ = creator->function;
      creator_ = *creator;
    } else if (auto call = ParseCall(line)) {
      DropPending();
      call_function_ = call->function;
      call_ = std::move(call);
      if (call_function_ == kNoGoFunction) AddFrame({});
    } else if (line.find("stack unavailable") == std::string_view::npos) {
      TakeForeign(line);
    }
  }

  // Either another thread's line between two frames, which is odd, or what follows a dump that ends without an empty line.
  void TakeForeign(std::string_view line) {
    if (!call_ && !CauseIn(line).empty()) {
      EndGoroutine();
      return TakeOutside(line);
    }
    NoteOdd(line);
  }

  // The second line of a frame or of the creator.
  bool TakePlace(std::string_view line) {
    if (!call_ && !creator_) return false;
    const auto place = ParsePlace(line);
    if (!place) return false;
    if (call_) {
      AddFrame(*place);
    } else {
      creator_->function = creator_function_;
      dump_->SetCreator(*creator_, *place);
      creator_.reset();
    }
    return true;
  }

  void AddFrame(const DumpPlace& place) {
    call_->function = call_function_;
    dump_->AddFrame(*call_, place);
    call_.reset();
    dump_->warnings().Absorb(std::exchange(odd_, {}));
  }

  void DropPending() {
    if (call_) NoteOdd(call_function_);
    if (creator_) NoteOdd(creator_function_);
    call_.reset();
    creator_.reset();
  }

  void EndGoroutine() {
    if (part_ == Part::kOutside) return;
    DropPending();
    dump_->End();
    part_ = Part::kOutside;
    has_text_between_ = !std::exchange(odd_, {}).empty();
  }

  void EndDump() {
    EndGoroutine();
    if (!dump_) return;
    is_crash_tail_ = false;
    model::GoroutineDump dump = std::move(*dump_).Finish();
    dump_.reset();
    if (dump.goroutines.empty()) return;
    if (dumps_.size() < kMostDumps) {
      dumps_.push_back(std::move(dump));
    } else {
      ++dumps_left_out_;
    }
  }

  void NoteOdd(std::string_view line) {
    odd_.Add("line in a goroutine that is no frame",
             fmt::format("{}:{}: found \"{}\"", name_, lines_.number(), line.substr(0, kShownOfLine)));
  }

  const std::string& name_;
  LineReader lines_;
  Part part_ = Part::kOutside;
  LogPrefix prefix_;
  std::string cause_;
  uint64_t cause_line_ = 0;
  bool has_text_between_ = false;  // since the last goroutine
  bool is_crash_tail_ = false;

  std::optional<DumpBuilder> dump_;
  std::optional<DumpCall> call_;  // whose place has not come yet; its name lives in call_function_
  std::string call_function_;
  std::optional<DumpCreator> creator_;
  std::string creator_function_;
  model::Warnings odd_;  // lines since the last frame; they count once another frame follows

  std::vector<model::GoroutineDump> dumps_;
  uint64_t dumps_left_out_ = 0;
};

}  // namespace

bool LooksLikeDump(std::string_view head) {
  while (!head.empty()) {
    const size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t at = FindHeader(line);
    if (at != std::string_view::npos && ParseDumpHeader(line.substr(at))) return true;
  }
  return false;
}

std::vector<model::GoroutineDump> ReadGoroutineDumps(const std::string& name, ByteSource& source) {
  return Reader(name, source).Read();
}

}  // namespace proto
