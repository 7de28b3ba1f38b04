#include "analysis/deadlock/knowledge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/deadlock/waits_table.h"
#include "model/input_error.h"

namespace analysis::deadlock {
namespace {

constexpr std::array<std::pair<std::string_view, Role>, 6> kRoles = {{{"idle", Role::kIdle},
                                                                      {"loop", Role::kLoop},
                                                                      {"resource", Role::kResource},
                                                                      {"result", Role::kResult},
                                                                      {"outside", Role::kOutside},
                                                                      {"open", Role::kOpen}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Reads a table's paragraphs.
class TableReader {
 public:
  TableReader(const std::string& name, std::string_view text) : name_(name), rest_(text) {}

  std::vector<KnownWait> Run() {
    while (!rest_.empty()) {
      const size_t end = rest_.find('\n');
      TakeLine(Trim(rest_.substr(0, end)));
      rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    }
    EndEntry();
    return std::move(entries_);
  }

 private:
  void TakeLine(std::string_view line) {
    ++line_;
    if (line.empty()) return EndEntry();
    if (line.front() == '#') return;
    const size_t gap = line.find_first_of(" \t");
    const std::string_view key = line.substr(0, gap);
    const std::string_view value = gap == std::string_view::npos ? std::string_view() : Trim(line.substr(gap));
    if (value.empty()) Fail(fmt::format("\"{}\" without a value", key));
    if (!is_inside_) first_line_ = line_;
    is_inside_ = true;
    Set(key, value);
  }

  void Set(std::string_view key, std::string_view value) {
    if (key == "frame") {
      entry_.frames.emplace_back(value);
    } else if (key == "is") {
      const auto* role = std::ranges::find(kRoles, value, &std::pair<std::string_view, Role>::first);
      if (role == kRoles.end()) Fail(fmt::format("is {}, wanted idle, loop, resource, result, outside or open", value));
      entry_.role = role->second;
      has_role_ = true;
    } else if (std::string* text = TextOf(key); text != nullptr) {
      *text = value;
    } else {
      Fail(fmt::format("\"{}\", wanted frame, start, is, holder, token, means, ender, sign or advice", key));
    }
  }

  std::string* TextOf(std::string_view key) {
    if (key == "start") return &entry_.start;
    if (key == "holder") return &entry_.holder;
    if (key == "token") return &entry_.token;
    if (key == "means") return &entry_.means;
    if (key == "ender") return &entry_.ender;
    if (key == "sign") return &entry_.sign;
    if (key == "advice") return &entry_.advice;
    return nullptr;
  }

  void EndEntry() {
    if (!is_inside_) return;
    line_ = std::exchange(first_line_, line_);
    if (entry_.frames.empty()) Fail("an entry without a frame");
    if (!has_role_) Fail("an entry that does not say what the wait is");
    line_ = first_line_;
    entries_.push_back(std::exchange(entry_, {}));
    is_inside_ = has_role_ = false;
  }

  [[noreturn]] void Fail(const std::string& message) const {
    throw model::InputError(name_, model::Position{.line = line_}, message);
  }

  const std::string& name_;
  std::string_view rest_;
  uint64_t line_ = 0;
  uint64_t first_line_ = 0;  // of the entry
  bool is_inside_ = false;
  bool has_role_ = false;
  KnownWait entry_;
  std::vector<KnownWait> entries_;
};

// Go's linker writes dots of an import path's last element as %2e: paho%2emqtt%2egolang.
std::string WithDots(std::string_view name) {
  std::string text(name);
  for (size_t at = text.find("%2e"); at != std::string::npos; at = text.find("%2e", at)) text.replace(at, 3, ".");
  return text;
}

}  // namespace

Knowledge::Knowledge() : entries_(TableReader("waits.table", kWaitsTable).Run()) {}

void Knowledge::Add(const std::string& name, std::string_view text) {
  std::vector<KnownWait> added = TableReader(name, text).Run();
  entries_.insert(entries_.begin(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

const KnownWait* Knowledge::Find(std::string_view written_frame, std::string_view written_start) const {
  const std::string frame = WithDots(written_frame);
  const std::string start = WithDots(written_start);
  for (const KnownWait& entry : entries_) {
    if (!entry.start.empty() && !FitsPattern(entry.start, start)) continue;
    if (std::ranges::any_of(entry.frames, [&](const std::string& pattern) { return FitsPattern(pattern, frame); }))
      return &entry;
  }
  return nullptr;
}

bool FitsPattern(std::string_view pattern, std::string_view name) {
  size_t at = 0;
  for (char c : pattern) {
    if (c != '#') {
      if (at >= name.size() || name[at++] != c) return false;
      continue;
    }
    const size_t begin = at;
    while (at < name.size() && IsDigit(name[at])) ++at;
    if (at == begin) return false;
  }
  return at == name.size();
}

}  // namespace analysis::deadlock
