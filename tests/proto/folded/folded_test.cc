#include "proto/folded/folded.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "model/input_error.h"
#include "proto/formats.h"
#include "tests/support/folded.h"
#include "tests/support/slow_source.h"

using test_support::Folded;
using test_support::FoldedText;
using Rows = std::map<std::string, int64_t>;

namespace {

uint64_t OddLines(const model::Profile& profile) {
  uint64_t count = 0;
  for (const auto& kind : profile.warnings.kinds()) count += kind.count;
  return count;
}

std::string TypeName(const model::Profile& profile, size_t index) {
  return std::string(profile.symbols.text(profile.value_types[index].type));
}

}  // namespace

TEST_CASE("a folded line is a stack and how often it was seen") {
  const model::Profile profile = Folded("main;serve;lock 30\nmain;gc 5\n");
  CHECK(test_support::FoldedRows(profile) == Rows{{"main;serve;lock", 30}, {"main;gc", 5}});
  CHECK(profile.value_count() == 1);
  CHECK(TypeName(profile, 0) == "samples");
  CHECK(model::Total(profile, 0) == 35);
  CHECK(profile.warnings.empty());
}

TEST_CASE("a stack seen twice is one sample, also when others lie between") {
  const model::Profile profile = Folded("a;b 1\na 2\na;b;c 4\na;b 8");
  CHECK(profile.sample_count() == 3);
  CHECK(FoldedText(profile) == "a 2\na;b 9\na;b;c 4\n");
}

TEST_CASE("what a stack shares with the one before it ends at a frame, not in a name") {
  const std::string text = "ab;c 1\nab;cd 2\nab;cd;e 3\nabc 4\nab 5\na;b 6\n;a 7\na; 8\n";
  CHECK(test_support::FoldedRows(Folded(text)) ==
        Rows{{"ab;c", 1}, {"ab;cd", 2}, {"ab;cd;e", 3}, {"abc", 4}, {"ab", 5}, {"a;b", 6}, {";a", 7}, {"a;", 8}});
}

TEST_CASE("a stack alone, a longer name, then what the stack called: sorted by bytes, and still one frame") {
  const model::Profile profile = Folded("a;b 1\na;b.c;d 2\na;b/c 4\na;b;e 8\na;b;e;f 16\na;b;e;f 32\n");
  CHECK(test_support::FoldedRows(profile) == Rows{{"a;b", 1}, {"a;b.c;d", 2}, {"a;b/c", 4}, {"a;b;e", 8}, {"a;b;e;f", 48}});
  CHECK(profile.stacks.size() == 8);  // the root, a, b, b.c, d, b/c, e, f
}

TEST_CASE("lines that stop being sorted find the frames of the sorted ones") {
  const model::Profile profile = Folded("a;b 1\na;c;d 2\nb;a 4\na;c;d 8\na;c;e 16\nb;a 32\nc 64\n");
  CHECK(test_support::FoldedRows(profile) == Rows{{"a;b", 1}, {"a;c;d", 10}, {"b;a", 36}, {"a;c;e", 16}, {"c", 64}});
  CHECK(profile.stacks.size() == 9);
}

TEST_CASE("names may hold spaces, numbers, brackets and any script") {
  const std::string text = "worker 3;std::map<int, long> f(int) const 12\n日本;[unknown];a  b_[k] 1\n";
  CHECK(test_support::FoldedRows(Folded(text)) ==
        Rows{{"worker 3;std::map<int, long> f(int) const", 12}, {"日本;[unknown];a  b_[k]", 1}});
}

TEST_CASE("two numbers on every line are before and after") {
  const model::Profile profile = Folded("main;old 30 0\nmain;new 0 40\nmain;same 5 5\n");
  CHECK(TypeName(profile, 0) == "before");
  CHECK(TypeName(profile, 1) == "after");
  CHECK(test_support::FoldedRows(profile, 0) == Rows{{"main;old", 30}, {"main;new", 0}, {"main;same", 5}});
  CHECK(test_support::FoldedRows(profile, 1) == Rows{{"main;old", 0}, {"main;new", 40}, {"main;same", 5}});
}

TEST_CASE("one line with one number makes the numbers before it part of the name") {
  CHECK(FoldedText(Folded("main;worker 1 5\nmain;gc 2\n")) == "main;gc 2\nmain;worker 1 5\n");
}

TEST_CASE("a line without a second number in a file of two is odd, wherever it comes") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += fmt::format("main;f{} 1 2\n", i);
  const model::Profile profile = Folded(text + "main;f 3\n");
  CHECK(OddLines(profile) == 1);
  CHECK(model::Total(profile, 1) == 600);
}

TEST_CASE("fractions add up exactly and the total is right after rounding") {
  CHECK(FoldedText(Folded("a;b 2.5\na;b 2.5\na;c 7.\n")) == "a;b 5\na;c 7\n");
  CHECK(FoldedText(Folded("main;serve;lock 30\nmain;gc 5\nmain;serve;lock 2.5\n")) == "main;gc 5\nmain;serve;lock 33\n");
  std::string text;
  for (int i = 0; i < 1000; ++i) text += fmt::format("main;f{} 0.25\n", i);
  CHECK(model::Total(Folded(text), 0) == 250);
}

TEST_CASE("odd lines are counted with their place and survived") {
  const model::Profile profile =
      Folded("# written by hand\nmain;a 1\nno number\n12\nmain;b -4\nmain;c 1e9\n\nmain;d 99999999999999999999\nmain;e 2\n");
  CHECK(FoldedText(profile) == "main;a 1\nmain;e 2\n");
  REQUIRE(profile.warnings.kinds().size() == 1);
  CHECK(profile.warnings.kinds()[0].count == 5);
  CHECK(profile.warnings.kinds()[0].examples[0] == "test:3: found \"no number\"");
}

TEST_CASE("counts that don't fit stay at the largest number") {
  CHECK(FoldedText(Folded("a 9223372036854775807\na 5\n")) == "a 9223372036854775807\n");
}

TEST_CASE("a file without a stack is refused") {
  CHECK_THROWS_WITH_AS(Folded("hello world\n"),
                       "test: has no folded stacks: no line is frames joined by ';', a space and a number",
                       model::InputError);
}

TEST_CASE("samples in the order of the file: what comes again is a sample again, unless it follows itself") {
  test_support::SlowSource source("a;b 1\na;c 1\na;b 1\na;b 2.5\na;b 0.5\n", 7);
  const model::Profile profile = proto::ReadFolded("test", source, proto::SampleOrder::kInOrder);
  CHECK(profile.sample_value == std::vector<int64_t>{1, 1, 4});
  CHECK(profile.sample_stack[0] == profile.sample_stack[2]);
  CHECK(profile.sample_stack[0] != profile.sample_stack[1]);
}

TEST_CASE("hostile names are kept as they are: NULs, 100 kB, 10,000 frames") {
  const std::string name(100'000, 'x');
  const std::string nul("a\0b;c", 5);
  std::string deep = "f";
  for (int i = 0; i < 10'000; ++i) deep += ";f";
  const model::Profile profile = Folded(fmt::format("main;{} 1\n{} 2\n{} 3\n", name, nul, deep));
  CHECK(test_support::FoldedRows(profile) == Rows{{"main;" + name, 1}, {nul, 2}, {deep, 3}});
}

TEST_CASE("a folded file cut at any byte gives the whole lines before the cut, whatever the spans") {
  const std::string text = "main;serve;lock 30\nmain;gc 5\r\nmain;gc;mark 7\n";
  for (size_t size = 1; size <= text.size(); ++size) {
    test_support::SlowSource source(std::string_view(text).substr(0, size), 1 + size % 5);
    try {
      const model::Profile profile = proto::ReadFolded("test", source);
      if (size >= 18) CHECK(test_support::FoldedRows(profile).at("main;serve;lock") == 30);
      CHECK(profile.sample_count() <= 3);
    } catch (const model::InputError&) {
      CHECK(size < 17);
    }
  }
}

TEST_CASE("folded stacks are recognised by their lines") {
  CHECK(std::holds_alternative<model::Profile>(proto::ReadBytes("x", "# comment\nmain;a 1\nmain;b 2\n")));
  CHECK_FALSE(proto::LooksFolded("just some text\nwithout numbers at the end\n"));
  CHECK_FALSE(proto::LooksFolded(std::string_view("\0\0 1\n", 5)));
  CHECK_FALSE(proto::LooksFolded("12\n"));
  CHECK_THROWS_AS(proto::ReadBytes("x", ""), model::InputError);
  CHECK_THROWS_AS(proto::ReadBytes("x", "what is this?\n"), model::InputError);
}
