#include "analysis/frame_merge.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/folded.h"

using test_support::Folded;

namespace {

// "main;serve 30" for each frame with a self value
std::map<std::string, std::vector<int64_t>> Rows(const model::FrameTree& tree) {
  std::map<std::string, std::vector<int64_t>> rows;
  std::vector<std::string> stacks(tree.size());
  for (uint32_t row = 0; row < tree.size(); ++row) {
    const std::string& caller = stacks[tree.frames[row].caller.index()];
    if (row > 0) stacks[row] = caller + (caller.empty() ? "" : ";") + std::string(tree.name(model::FrameId(row)));
    std::vector<int64_t> self;
    for (const model::FrameSide& side : tree.sides) self.push_back(side.self[row]);
    if (std::ranges::any_of(self, [](int64_t value) { return value != 0; })) CHECK(rows.emplace(stacks[row], self).second);
  }
  return rows;
}
using Expected = std::map<std::string, std::vector<int64_t>>;

// A function that is called at two lines, and inlined in one of them.
model::Profile TwoLines() {
  model::Profile profile = Folded("x 1\n");
  const auto work = profile.symbols.InternFunction({.name = profile.symbols.InternString("work")});
  const auto scan = profile.symbols.InternFunction({.name = profile.symbols.InternString("scan")});
  const model::Line at_7[] = {{.function = scan, .line = 3}, {.function = work, .line = 7}};
  const model::Line at_8[] = {{.function = work, .line = 8}};
  const int64_t five[] = {5}, six[] = {6};
  profile.AddSample(profile.stacks.Child({}, profile.symbols.InternLocation({.address = 16}, at_7)), five);
  profile.AddSample(profile.stacks.Child({}, profile.symbols.InternLocation({.address = 32}, at_8)), six);
  return profile;
}

}  // namespace

TEST_CASE("frames with the same name under the same callers are one, inlined or not") {
  const model::FrameTree tree = analysis::MergeFrames(TwoLines(), 0);
  CHECK(Rows(tree) == Expected{{"x", {1}}, {"work", {6}}, {"work;scan", {5}}});
  for (uint32_t row = 1; row < tree.size(); ++row)
    CHECK(tree.frames[row].is_inlined == (tree.name(model::FrameId(row)) == "scan"));
}

TEST_CASE("sides keep their values apart over one tree, also for stacks that one side does not have") {
  analysis::FrameMerger merger({});
  merger.AddSide("before");
  merger.Add(Folded("a;b 1\na;c 2\n"), 0);
  merger.AddSide("after");
  merger.Add(Folded("d 3\na;c 4\n"), 0);
  merger.Add(Folded("a;c 10\n"), 0);
  const model::FrameTree tree = merger.Take();
  CHECK(Rows(tree) == Expected{{"a;b", {1, 0}}, {"a;c", {2, 14}}, {"d", {0, 3}}});
  CHECK(tree.sides[1].label == "after");
}

TEST_CASE("negative samples have no width and are counted") {
  model::Profile profile = Folded("a 5\n");
  const int64_t minus[] = {-3};
  profile.AddSample(profile.sample_stack[0], minus);
  const model::FrameTree tree = analysis::MergeFrames(profile, 0);
  CHECK(Rows(tree) == Expected{{"a", {5}}});
  CHECK(tree.negative_samples == 1);
}

TEST_CASE("a caller's row comes before its callees'") {
  const model::FrameTree tree = analysis::MergeFrames(TwoLines(), 0, {.from = analysis::MergeFrom::kLeaf});
  for (uint32_t row = 1; row < tree.size(); ++row) CHECK(tree.frames[row].caller.index() < row);
}

TEST_CASE("in the order of the samples only neighbours are one frame") {
  model::Profile profile = Folded("a;b 1\na;c 2\n");
  const model::StackId again = profile.sample_stack[0];
  const int64_t four[] = {4}, eight[] = {8};
  profile.AddSample(again, four);
  profile.AddSample(again, eight);
  const model::FrameTree tree = analysis::SequenceFrames(profile, 0);
  REQUIRE(tree.size() == 5);  // the root, a, b, c, b
  CHECK(tree.name(model::FrameId(1)) == "a");
  CHECK(tree.name(model::FrameId(2)) == "b");
  CHECK(tree.name(model::FrameId(3)) == "c");
  CHECK(tree.name(model::FrameId(4)) == "b");
  CHECK(tree.sides[0].self == std::vector<int64_t>{0, 0, 1, 2, 12});
}
