#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/frame_tree.h"
#include "render/flame_layout.h"
#include "render/palette.h"

// Which colour each box of a layout has, and the legend: what the colours mean and how much of the total each stands for.
namespace render {

struct LegendEntry {
  std::string text;  // "runtime 12.3%"
  Rgb light, dark;
};

struct FlamePaint {
  std::vector<Swatch> swatches;
  std::vector<uint32_t> of_box;  // index into swatches
  std::vector<LegendEntry> legend;
  std::string legend_note;  // "self time by whose code it is"
};

// Where a tree has the functions that used something themselves: at the end of each stack or, where stacks were merged from
// their leaves, right above the root.
enum class OwnAt { kEnd, kRoot };

// By name and origin. The legend's shares are of what functions used themselves, so they add up to the total.
FlamePaint PaintByName(const model::FrameTree& tree, const FlameLayout& layout, const Palette& palette,
                       OwnAt own = OwnAt::kEnd);

}  // namespace render
