#include "proto/folded/folded.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/input_error.h"
#include "proto/folded/folded_line.h"
#include "proto/folded/folded_stacks.h"
#include "proto/line_reader.h"

namespace proto {
namespace {

// So many lines tell whether a file has one number a line or two.
constexpr size_t kLinesToDecide = 256;

bool IsComment(std::string_view line) { return line.starts_with("# "); }

bool HasTwoNumbers(std::string_view line) {
  const auto last = LastNumber(line);
  if (!last) return false;
  const auto first = LastNumber(last->before);
  return first && !first->before.empty();
}

// A name may end in a number ("worker 3;run 12"), so one line can't tell; a file in which each line has two can.
bool HasTwoColumns(const std::vector<std::string>& lines) {
  size_t two = 0;
  size_t stacks = 0;
  for (const std::string& line : lines) {
    if (line.empty() || IsComment(line) || !LastNumber(line)) continue;
    ++stacks;
    two += HasTwoNumbers(line) ? 1 : 0;
  }
  return stacks > 0 && two == stacks;
}

class Reader {
 public:
  Reader(const std::string& name, ByteSource& source, SampleOrder order) : name_(name), lines_(source), stacks_(order) {}

  model::Profile Read() {
    std::vector<std::string> head;
    while (head.size() < kLinesToDecide && lines_.Next()) head.emplace_back(lines_.line());
    SetColumns(HasTwoColumns(head) ? 2 : 1);
    for (size_t i = 0; i < head.size(); ++i) Take(head[i], i + 1);
    while (lines_.Next()) Take(lines_.line(), lines_.number());
    if (!any_) {
      throw model::InputError(name_, "has no folded stacks: no line is frames joined by ';', a space and a number");
    }
    return std::move(stacks_).Finish();
  }

 private:
  void SetColumns(size_t columns) {
    columns_ = columns;
    if (columns == 1) stacks_.AddValueType("samples");
    if (columns == 2) {
      stacks_.AddValueType("before");
      stacks_.AddValueType("after");
    }
  }

  void Take(std::string_view line, uint64_t number) {
    if (line.empty() || IsComment(line)) return;
    FoldedNumber values[2];
    std::string_view stack = line;
    for (size_t column = columns_; column > 0; --column) {
      const auto field = LastNumber(stack);
      if (!field || field->before.empty()) return CountOdd(line, number);
      values[column - 1] = field->number;
      stack = field->before;
    }
    stacks_.Add(stack, std::span(values).first(columns_));
    any_ = true;
  }

  void CountOdd(std::string_view line, uint64_t number) {
    constexpr size_t kShown = 80;
    stacks_.warnings().Add("line without a stack and its count",
                           fmt::format("{}:{}: found \"{}\"", name_, number, line.substr(0, kShown)));
  }

  const std::string& name_;
  LineReader lines_;
  FoldedStacks stacks_;
  size_t columns_ = 1;
  bool any_ = false;
};

}  // namespace

bool LooksFolded(std::string_view head) {
  if (head.find('\0') != std::string_view::npos) return false;
  size_t good = 0;
  size_t odd = 0;
  while (!head.empty()) {
    const size_t end = head.find('\n');
    if (end == std::string_view::npos && good + odd > 0) break;  // the last line may be cut
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || IsComment(line)) continue;
    const auto field = LastNumber(line);
    (field && !field->before.empty() ? good : odd) += 1;
  }
  return good > odd;
}

model::Profile ReadFolded(const std::string& name, ByteSource& source, SampleOrder order) {
  return Reader(name, source, order).Read();
}

}  // namespace proto
