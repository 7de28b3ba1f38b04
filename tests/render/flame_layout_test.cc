#include "render/flame_layout.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "analysis/frame_merge.h"
#include "proto/formats.h"
#include "tests/support/folded.h"
#include "tests/support/places.h"

using test_support::Folded;

namespace {

render::FlameLayout LayOut(const model::FrameTree& tree, int64_t least_width = 1) {
  return render::LayOutFlame(tree, model::TotalsOf(tree, tree.sides[0].self), least_width);
}

// "depth x width name" a line
std::string Rows(const model::FrameTree& tree, const render::FlameLayout& layout) {
  std::string rows;
  for (const render::FlameBox& box : layout.boxes) {
    rows += fmt::format("{} {} {} {}\n", box.depth, box.x, box.width, box.frame.index() == 0 ? "all" : tree.name(box.frame));
  }
  return rows;
}

// Laws of any layout: callees lie inside their caller, siblings don't overlap, the root is as wide as the sum of all
// samples.
void CheckLaws(const model::FrameTree& tree, const render::FlameLayout& layout, int64_t total) {
  CHECK(layout.boxes[0].width == total);
  std::vector<render::FlameBox> open;
  std::vector<int64_t> free_from;  // by depth: where the next box may begin
  for (const render::FlameBox& box : layout.boxes) {
    open.resize(box.depth);
    free_from.resize(box.depth + 2, 0);
    CHECK(box.x >= free_from[box.depth]);
    if (box.depth > 0) {
      const render::FlameBox& caller = open.back();
      CHECK(tree.frames[box.frame.index()].caller == caller.frame);
      CHECK(box.x >= caller.x);
      CHECK(box.x + box.width <= caller.x + caller.width);
    }
    free_from[box.depth] = box.x + box.width;
    free_from[box.depth + 1] = box.x;
    open.push_back(box);
  }
}

// tests/render/inferno/record.py writes the same of inferno's drawings: a line per frame, indented by its depth.
std::vector<std::string> Outline(const model::FrameTree& tree, const render::FlameLayout& layout) {
  std::vector<std::string> lines;
  for (const render::FlameBox& box : layout.boxes) {
    lines.push_back(fmt::format("{}{} {}", std::string(box.depth, ' '), box.width,
                                box.frame.index() == 0 ? "all" : tree.name(box.frame)));
  }
  return lines;
}

std::vector<std::string> InfernoOutline(const std::string& name) {
  std::ifstream file(std::string(test_support::kSourceDir) + "/tests/render/inferno/" + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("callees stand on their caller, by name from its left edge") {
  const model::FrameTree tree = analysis::MergeFrames(Folded("main;serve;lock 30\nmain;gc 5\nmain;serve 2\nidle 3\n"), 0);
  CHECK(Rows(tree, LayOut(tree)) ==
        "0 0 40 all\n"
        "1 0 3 idle\n"
        "1 3 37 main\n"
        "2 3 5 gc\n"
        "2 8 32 serve\n"
        "3 8 30 lock\n");
}

TEST_CASE("frames that are too narrow are left out and counted, and the rest keeps its width") {
  const model::FrameTree tree = analysis::MergeFrames(Folded("a;x 1\na;b;c 1\nz 98\n"), 0);
  const render::FlameLayout layout = LayOut(tree, 2);
  CHECK(Rows(tree, layout) == "0 0 100 all\n1 0 2 a\n1 2 98 z\n");
  CHECK(layout.boxes_left_out == 3);
}

TEST_CASE("a flame graph from the leaves has as much under each function as the function itself used") {
  const model::FrameTree tree =
      analysis::MergeFrames(Folded("a;lock 1\nb;lock 2\nb 4\n"), 0, {.from = analysis::MergeFrom::kLeaf});
  CHECK(Rows(tree, LayOut(tree)) == "0 0 7 all\n1 0 4 b\n1 4 3 lock\n2 4 1 a\n2 5 2 b\n");
}

TEST_CASE("a base becomes the root and stacks without it are left out") {
  const model::FrameTree tree = analysis::MergeFrames(Folded("a;serve;x 1\nb;c;serve;x 2\ngc 4\n"), 0, {.bases = {"serve"}});
  CHECK(Rows(tree, LayOut(tree)) == "0 0 3 all\n1 0 3 serve\n2 0 3 x\n");
}

TEST_CASE("totals that do not fit 63 bits stay at the largest number and inside their caller") {
  const model::FrameTree tree =
      analysis::MergeFrames(Folded("a;x 9223372036854775807\na;y 9223372036854775807\nb 9223372036854775807\n"), 0);
  const render::FlameLayout layout = LayOut(tree);
  CheckLaws(tree, layout, INT64_MAX);
}

TEST_CASE("layouts of recordings obey the laws, from the root and from the leaves, for every sample type") {
  size_t checked = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(test_support::kSourceDir) + "/fixtures")) {
    if (!entry.path().string().ends_with(".pb.gz") || entry.path().string().find("broken") != std::string::npos) continue;
    const model::Profile profile = proto::ReadProfile(entry.path());
    for (size_t type = 0; type < profile.value_count(); ++type) {
      for (const auto from : {analysis::MergeFrom::kRoot, analysis::MergeFrom::kLeaf}) {
        const model::FrameTree tree = analysis::MergeFrames(profile, type, {.from = from});
        if (tree.negative_samples > 0) continue;
        INFO(entry.path().string());
        CheckLaws(tree, LayOut(tree), model::Total(profile, type));
        ++checked;
      }
    }
  }
  CHECK(checked > 50);
}

TEST_CASE("the same frames as in inferno's drawing, as wide, above the same callers") {
  const std::pair<const char*, const char*> recordings[] = {{"go/every_cpu", "every_cpu"}, {"cpp/default", "default"}};
  for (const auto& [path, name] : recordings) {
    for (const char* share : {"0", "0.5"}) {
      INFO(path, " --minwidth ", share);
      const model::Profile profile =
          proto::ReadProfile(fmt::format("{}/fixtures/perf/{}.inferno.txt.gz", test_support::kSourceDir, path));
      const model::FrameTree tree = analysis::MergeFrames(profile, 0);
      const double least = static_cast<double>(model::Total(profile, 0)) * std::stod(share) / 100;
      const auto expected = InfernoOutline(fmt::format("{}.{}.txt", name, share));
      REQUIRE(expected.size() > 50);
      CHECK(Outline(tree, LayOut(tree, static_cast<int64_t>(std::ceil(least)))) == expected);
    }
  }
}
