#include "analysis/profile/diff.h"

#include <doctest/doctest.h>

#include "analysis/profile/diff_report.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/folded.h"

namespace {

using analysis::ChangeStatus;

analysis::Diff Compare(const std::vector<std::string>& before, const std::vector<std::string>& after,
                       analysis::DiffSettings settings = {}) {
  const auto views = [](const std::vector<std::string>& texts) {
    std::vector<analysis::View> made;
    for (const std::string& text : texts) made.emplace_back(test_support::Folded(text), analysis::ViewOptions());
    return made;
  };
  return analysis::Compare(views(before), views(after), settings);
}

const analysis::FunctionChange& Row(const analysis::Diff& diff, const std::string& name) {
  for (const auto& row : diff.functions) {
    if (row.name == name) return row;
  }
  throw std::runtime_error("no row " + name);
}

}  // namespace

TEST_CASE("a profile compared with itself has no change, no answer and nothing found") {
  const auto diff = Compare({"main;a 300\nmain;b 20"}, {"main;a 300\nmain;b 20"});
  CHECK_FALSE(diff.is_found);
  for (const auto& row : diff.functions) CHECK(row.status == ChangeStatus::kSame);
  CHECK(diff.stacks.empty());
  CHECK(analysis::DiffReport(diff).answer == "");
}

TEST_CASE("a large change is found, a small one is noise") {
  const auto diff = Compare({"main;a 300\nmain;b 1000"}, {"main;a 900\nmain;b 1010"});
  CHECK(diff.is_found);
  CHECK(diff.functions[0].name == "a");
  CHECK(diff.functions[0].flat_change() == 600);
  CHECK_FALSE(diff.functions[0].is_noise);
  CHECK(Row(diff, "b").is_noise);
  CHECK(diff.functions[0].path == std::vector<std::string>{"main", "a"});
}

TEST_CASE("what appears is new, what vanishes is gone") {
  const auto diff = Compare({"main;old 500"}, {"main;added 500"});
  CHECK(Row(diff, "old").status == ChangeStatus::kGone);
  CHECK(Row(diff, "added").status == ChangeStatus::kNew);
  CHECK(diff.stacks.size() == 2);
}

TEST_CASE("swapping the sides negates every change") {
  const auto there = Compare({"main;a 30\nmain;b 4"}, {"main;a 50\nmain;c 7"}),
             back = Compare({"main;a 50\nmain;c 7"}, {"main;a 30\nmain;b 4"});
  CHECK(there.total_after - there.total_before == back.total_before - back.total_after);
  for (const auto& row : there.functions) CHECK(row.flat_change() == -Row(back, row.name).flat_change());
}

TEST_CASE("the changes of all functions add up to the change of the total") {
  const auto diff = Compare({"main;a 30\nmain;b 4\nx 9"}, {"main;a 50\nmain;c 7\nmain 2"});
  int64_t sum = 0;
  for (const auto& row : diff.functions) sum += row.flat_change();
  CHECK(sum == diff.total_after - diff.total_before);
}

TEST_CASE("normalised, only shares count") {
  const auto diff = Compare({"main;a 300\nmain;b 700"}, {"main;a 600\nmain;b 1400"}, {.normalize = true});
  CHECK(diff.total_after == 1000);
  CHECK_FALSE(diff.is_found);
}

TEST_CASE("closures that were numbered anew are the same function, and it is said") {
  const auto diff =
      Compare({"main;main.Serve.func1 500\nmain;main.Serve 5"}, {"main;main.Serve.func2 505\nmain;main.Serve 5"});
  REQUIRE(diff.guesses.size() == 1);
  CHECK(diff.guesses[0].before == "main.Serve.func1");
  CHECK(Row(diff, "main.Serve.func2").was == "main.Serve.func1");
  CHECK_FALSE(diff.is_found);
}

TEST_CASE("a change within the spread of the profiles is noise, however many samples it has") {
  const auto diff =
      Compare({"m;a 1000", "m;a 1900", "m;a 1200", "m;a 1500"}, {"m;a 1700", "m;a 1300", "m;a 2000", "m;a 1600"});
  CHECK(Row(diff, "a").is_noise);
  CHECK(Row(diff, "a").rank_p.has_value());
  const auto clear =
      Compare({"m;a 1000", "m;a 1010", "m;a 1005", "m;a 995"}, {"m;a 1500", "m;a 1510", "m;a 1490", "m;a 1505"});
  CHECK_FALSE(Row(clear, "a").is_noise);
}

TEST_CASE("names lose what builds change, and nothing else") {
  CHECK(analysis::StableName("pkg.Map[go.shape.int,go.shape.[]uint8].func1.2") == "pkg.Map.func");
  CHECK(analysis::StableName("example.com/m/v2/pkg.(*T).Run-fm") == "example.com/m/pkg.(*T).Run");
  CHECK(analysis::StableName("a/vendor/github.com/x/y.Z") == "github.com/x/y.Z");
  CHECK(analysis::StableName("main.work.gowrap3") == "main.work.gowrap");
  CHECK(analysis::StableName("std::vector<int>::push_back") == "std::vector<int>::push_back");
}

namespace {

// "main" calls work, which is inlined into it or not.
model::Profile WithCall(bool is_inlined) {
  model::Profile profile;
  profile.value_types = {{profile.symbols.InternString("cpu"), profile.symbols.InternString("count")}};
  const auto line = [&](const char* name) {
    return model::Line{.function = profile.symbols.InternFunction({.name = profile.symbols.InternString(name)})};
  };
  const model::Line both[] = {line("main.work"), line("main.main")};
  const auto location = [&](uint64_t address, std::span<const model::Line> lines) {
    return profile.symbols.InternLocation({.address = address}, lines);
  };
  model::StackId stack = profile.stacks.Child({}, location(1, is_inlined ? std::span(both) : std::span(both).last(1)));
  if (!is_inlined) stack = profile.stacks.Child(stack, location(2, std::span(both).first(1)));
  const int64_t value = 500;
  profile.AddSample(stack, {&value, 1});
  return profile;
}

}  // namespace

TEST_CASE("a function whose package moved is neither new nor gone") {
  const auto diff = Compare({"main;example.org/old/cart.(*Cart).Add[go.shape.int] 500"},
                            {"main;example.org/old/cart.(*Cart).Add[go.shape.string] 900"});
  const auto& moved = Row(diff, "example.org/old/cart.(*Cart).Add[go.shape.string]");
  CHECK(moved.status == ChangeStatus::kMoved);
  CHECK(moved.flat_change() == 400);
  CHECK(moved.was == "example.org/old/cart.(*Cart).Add[go.shape.int]");
  REQUIRE(diff.guesses.size() == 1);
}

TEST_CASE("what the compiler inlines now keeps its cost and says so") {
  for (const bool is_inlined_after : {true, false}) {
    std::vector<analysis::View> before, after;
    before.emplace_back(WithCall(!is_inlined_after), analysis::ViewOptions());
    after.emplace_back(WithCall(is_inlined_after), analysis::ViewOptions());
    const auto diff = analysis::Compare(before, after, {});
    const auto& work = Row(diff, "main.work");
    CHECK(work.flat_change() == 0);
    CHECK(work.inlining ==
          (is_inlined_after ? analysis::InliningChange::kInlinedNow : analysis::InliningChange::kNoLongerInlined));
    CHECK_FALSE(diff.is_found);
  }
}

// fixtures/refactored: the same work on all sides.
TEST_CASE("a recorded function that moved to another package is neither new nor gone") {
  const auto view = [](const char* name) {
    const std::string path = test_support::FixturePath(std::string("refactored/go1.26.") + name + ".cpu.pb.gz");
    return analysis::View(proto::ReadProfile(path), {});
  };
  const auto compare = [&](const char* before, const char* after) {
    std::vector<analysis::View> sides[2];
    sides[0].push_back(view(before));
    sides[1].push_back(view(after));
    return analysis::Compare(sides[0], sides[1], {});
  };
  const auto moved = compare("before", "after");
  const auto& round = Row(moved, "fixtures/refactored/pricing.Round");
  CHECK(round.status == ChangeStatus::kMoved);
  CHECK(round.was == "fixtures/refactored/tax.Round");
  CHECK(round.is_noise);
  CHECK_FALSE(moved.is_found);
  const auto inlined = compare("not_inlined", "before");
  CHECK(Row(inlined, "main.percent").inlining == analysis::InliningChange::kInlinedNow);
  CHECK(Row(compare("before", "not_inlined"), "main.percent").inlining == analysis::InliningChange::kNoLongerInlined);
  CHECK(Row(inlined, "main.discount").inlining == analysis::InliningChange::kNone);
}
