#include "proto/line_reader.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/support/slow_source.h"

namespace {

std::vector<std::string> Lines(std::string_view text, size_t step, size_t longest = 100) {
  test_support::SlowSource source(text, step);
  std::vector<std::string> all;
  for (proto::LineReader lines(source, longest); lines.Next();) {
    CHECK(lines.number() == all.size() + 1);
    if (!lines.line().empty()) CHECK(text.substr(lines.offset(), lines.line().size()) == lines.line());
    all.push_back(std::string(lines.line()) + (lines.is_cut() ? "..." : ""));
  }
  return all;
}

}  // namespace

TEST_CASE("lines are the same wherever the spans of the source end") {
  const std::string_view text = "one\n\nthree\r\nfour has no end";
  const std::vector<std::string> lines = {"one", "", "three", "four has no end"};
  for (size_t step = 1; step <= text.size(); ++step) CHECK_MESSAGE(Lines(text, step) == lines, step);
}

TEST_CASE("nothing has no line, and one end makes one line") {
  CHECK(Lines("", 5).empty());
  CHECK(Lines("\n", 5) == std::vector<std::string>{""});
  CHECK(Lines("a\n", 5) == std::vector<std::string>{"a"});
}

TEST_CASE("of a line that is too long the beginning is given and the rest skipped") {
  const std::string text = "12345\n123456\n" + std::string(100'000, 'x') + "\nnext\n";
  for (const size_t step : {1, 4, 7, 1 << 20}) {
    CHECK(Lines(text, step, 5) == std::vector<std::string>{"12345", "12345...", "xxxxx...", "next"});
  }
}
