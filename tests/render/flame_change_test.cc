#include "render/flame_change.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/frame_merge.h"
#include "render/flame_svg.h"
#include "tests/support/folded.h"

using test_support::Folded;
using namespace render;

namespace {

model::FrameTree Sides(std::string_view before, std::string_view after) {
  analysis::FrameMerger merger({});
  merger.AddSide("before");
  merger.Add(Folded(before), 0);
  merger.AddSide("after");
  merger.Add(Folded(after), 0);
  return merger.Take();
}

struct Drawn {
  FlameChange change;
  FlameLayout layout;
  FlamePaint paint;
};
Drawn Draw(const model::FrameTree& tree, const FlameChangeOptions& options = {}) {
  Drawn drawn{.change = CompareSides(tree, options)};
  drawn.layout = LayOutFlame(tree, drawn.change.widths, 1);
  drawn.paint = PaintByChange(tree, drawn.layout, drawn.change, options);
  return drawn;
}

// "name width swatch" a line; swatches are 0 (gone) .. 4 (same) .. 8 (new), 9 noise
std::string Rows(const model::FrameTree& tree, const Drawn& drawn) {
  std::string rows;
  for (size_t i = 0; i < drawn.layout.boxes.size(); ++i) {
    const FlameBox& box = drawn.layout.boxes[i];
    rows +=
        fmt::format("{} {} {}\n", box.frame.index() == 0 ? "all" : tree.name(box.frame), box.width, drawn.paint.of_box[i]);
  }
  return rows;
}

constexpr std::string_view kBefore = "m;gone 10\nm;same 40\nm;grown 10\n";
constexpr std::string_view kAfter = "m;new 20\nm;same 40\nm;grown 20\n";

}  // namespace

TEST_CASE("the larger side at each stack: gone paths stay, and callers are as wide as what they call") {
  const model::FrameTree tree = Sides(kBefore, kAfter);
  CHECK(Rows(tree, Draw(tree)) == "all 90 6\nm 90 6\ngone 10 0\ngrown 20 7\nnew 20 8\nsame 40 4\n");
}

TEST_CASE("negated, what was the colour of more is that of less, and the legend says so") {
  const model::FrameTree tree = Sides(kBefore, kAfter);
  const Drawn plain = Draw(tree), negated = Draw(tree, {.is_negated = true});
  CHECK(Rows(tree, plain) == Rows(tree, negated));
  CHECK(plain.paint.swatches[0].light == negated.paint.swatches[8].light);
  CHECK(plain.paint.swatches[8].dark == negated.paint.swatches[0].dark);
  CHECK(plain.paint.swatches[4].light == negated.paint.swatches[4].light);
  CHECK(plain.paint.legend[0].text == negated.paint.legend[0].text);
  CHECK(negated.paint.legend[0].light == negated.paint.swatches[0].light);
}

TEST_CASE("widths by one side or by both") {
  const model::FrameTree tree = Sides(kBefore, kAfter);
  CHECK(Rows(tree, Draw(tree, {.width = ChangeWidth::kBefore})) == "all 60 6\nm 60 6\ngone 10 0\ngrown 10 7\nsame 40 4\n");
  CHECK(Rows(tree, Draw(tree, {.width = ChangeWidth::kAfter})) == "all 80 6\nm 80 6\ngrown 20 7\nnew 20 8\nsame 40 4\n");
  CHECK(Rows(tree, Draw(tree, {.width = ChangeWidth::kSum})) ==
        "all 140 6\nm 140 6\ngone 10 0\ngrown 30 7\nnew 20 8\nsame 80 4\n");
}

TEST_CASE("a caller of what all doubled is coloured as they are, and by itself it has not changed") {
  const model::FrameTree tree = Sides("m;a 10\nm;b 10\n", "m;a 20\nm;b 20\n");
  CHECK(Rows(tree, Draw(tree)) == "all 40 7\nm 40 7\na 20 7\nb 20 7\n");
  CHECK(Rows(tree, Draw(tree, {.colour = ChangeColour::kSelf})) == "all 40 4\nm 40 4\na 20 7\nb 20 7\n");
}

TEST_CASE("absolute colours are of the largest change") {
  const model::FrameTree tree = Sides("a 10\nb 1000\n", "a 20\nb 2000\n");
  CHECK(Rows(tree, Draw(tree, {.scale = ChangeScale::kAbsolute})) == "all 2020 8\na 20 4\nb 2000 8\n");
}

TEST_CASE("exchanging the sides mirrors the colours") {
  const model::FrameTree there = Sides(kBefore, kAfter), back = Sides(kAfter, kBefore);
  const Drawn a = Draw(there), b = Draw(back);
  std::map<std::string, uint32_t> swatch;
  for (size_t i = 0; i < a.layout.boxes.size(); ++i)
    swatch[std::string(there.name(a.layout.boxes[i].frame))] = a.paint.of_box[i];
  for (size_t i = 0; i < b.layout.boxes.size(); ++i)
    CHECK(swatch.at(std::string(back.name(b.layout.boxes[i].frame))) == 8 - b.paint.of_box[i]);
}

TEST_CASE("nothing has changed between a profile and itself") {
  const model::FrameTree tree = Sides(kAfter, kAfter);
  for (const uint32_t swatch : Draw(tree).paint.of_box) CHECK(swatch == 4);
}

TEST_CASE("titles say both sides, what shares are of, and what is new or gone") {
  const model::FrameTree tree = Sides(kBefore, kAfter);
  const Drawn drawn = Draw(tree);
  const std::string svg = FlameSvg(tree, drawn.layout, drawn.paint, {}, &drawn.change);
  for (const char* title :
       {"<title>all (80 samples, 100%; before 60 samples, 100.00%; change +20 samples, +33.33%)</title>",
        "<title>gone (0 samples, 0.00%; before 10 samples, 16.67%; gone)</title>",
        "<title>grown (20 samples, 25.00%; before 10 samples, 16.67%; change +10 samples, +100.00%)</title>",
        "<title>new (20 samples, 25.00%; before 0 samples, 0.00%; new)</title>"}) {
    INFO(title);
    CHECK(svg.find(title) != std::string::npos);
  }
  CHECK(svg.find("Shares in tooltips: of 60 before and of 80 after") != std::string::npos);
}
