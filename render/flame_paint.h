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

// By name and origin. The legend's shares are of self values, so they add up to the total.
FlamePaint PaintByName(const model::FrameTree& tree, const FlameLayout& layout, const Palette& palette);

}  // namespace render
