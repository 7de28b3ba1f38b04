#include "analysis/frame_change.h"

#include <doctest/doctest.h>

#include <random>

#include "analysis/frame_merge.h"
#include "tests/support/folded.h"

using test_support::Folded;

namespace {

model::FrameTree Sides(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  analysis::FrameMerger merger({});
  merger.AddSide("before");
  for (const std::string& run : before) merger.AddRun(Folded(run), 0, 0);
  merger.AddSide("after");
  for (const std::string& run : after) merger.AddRun(Folded(run), 0, 0);
  return merger.Take();
}

size_t Row(const model::FrameTree& tree, std::string_view name) {
  for (uint32_t row = 1; row < tree.size(); ++row) {
    if (tree.name(model::FrameId(row)) == name) return row;
  }
  FAIL("no frame ", name);
  return 0;
}

}  // namespace

TEST_CASE("scaling gives before the total of after, to the unit, and keeps shares") {
  model::FrameTree tree = Sides({"a 1\nb 1\nc 1\n"}, {"a 50\nd 50\n"});
  analysis::ScaleBefore(tree);
  int64_t total = 0;
  for (const int64_t value : tree.sides[0].self) {
    total += value;
    CHECK((value == 0 || value == 33 || value == 34));
  }
  CHECK(total == 100);
}

TEST_CASE("sides of different numbers of recordings are brought to the larger number") {
  model::FrameTree tree = Sides({"a 10\n"}, {"a 10\n", "a 12\n", "a 8\n"});
  analysis::ScaleToRuns(tree, 1, 3);
  CHECK(tree.sides[0].self[Row(tree, "a")] == 30);
  CHECK(tree.sides[1].self[Row(tree, "a")] == 30);
}

TEST_CASE("a change that chance explains is noise, a large one is not") {
  model::FrameTree tree =
      Sides({"m;steady 500\nm;grown 100\nm;wobbles 20\n"}, {"m;steady 505\nm;grown 300\nm;wobbles 26\n"});
  analysis::MarkNoise(tree, analysis::ChangeOf::kTotal, analysis::ChangeIn::kAmount);
  CHECK(tree.is_noise[Row(tree, "steady")]);
  CHECK(tree.is_noise[Row(tree, "wobbles")]);
  CHECK(!tree.is_noise[Row(tree, "grown")]);
  CHECK(!tree.is_noise[Row(tree, "m")]);
}

TEST_CASE("self values are judged alone where colours are of self values") {
  model::FrameTree tree = Sides({"m;grown 100\nm 1000\n"}, {"m;grown 300\nm 1001\n"});
  analysis::MarkNoise(tree, analysis::ChangeOf::kSelf, analysis::ChangeIn::kAmount);
  CHECK(tree.is_noise[Row(tree, "m")]);
  CHECK(!tree.is_noise[Row(tree, "grown")]);
}

TEST_CASE("twice the samples with the same shares is a change of amounts and none of shares") {
  model::FrameTree tree = Sides({"a 600\nb 400\n"}, {"a 1200\nb 800\n"});
  analysis::MarkNoise(tree, analysis::ChangeOf::kTotal, analysis::ChangeIn::kAmount);
  CHECK(!tree.is_noise[Row(tree, "a")]);
  analysis::MarkNoise(tree, analysis::ChangeOf::kTotal, analysis::ChangeIn::kShare);
  CHECK(tree.is_noise[Row(tree, "a")]);
  CHECK(tree.is_noise[Row(tree, "b")]);
}

TEST_CASE("a difference that comes and goes from run to run is noise, however many samples it has") {
  model::FrameTree tree = Sides({"a 1000\nb 200\n", "a 1000\nb 900\n", "a 1000\nb 400\n"},
                                {"a 1000\nb 1000\n", "a 1000\nb 300\n", "a 1000\nb 900\n"});
  analysis::MarkNoise(tree, analysis::ChangeOf::kTotal, analysis::ChangeIn::kAmount);
  CHECK(tree.is_noise[Row(tree, "b")]);
}

TEST_CASE("recordings of the same program are grey nearly everywhere") {
  std::mt19937 random(7);
  std::vector<std::string> runs;
  for (int run = 0; run < 6; ++run) {
    std::string text;
    for (int function = 0; function < 200; ++function) {
      text += "f" + std::to_string(function) + " " +
              std::to_string(1 + std::poisson_distribution<int>(5 + function)(random)) + "\n";
    }
    runs.push_back(text);
  }
  model::FrameTree tree = Sides({runs[0], runs[1], runs[2]}, {runs[3], runs[4], runs[5]});
  analysis::MarkNoise(tree, analysis::ChangeOf::kTotal, analysis::ChangeIn::kAmount);
  size_t coloured = 0;
  for (const bool is_noise : tree.is_noise) coloured += !is_noise;
  CHECK(coloured <= 2);
}
