#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/frame_tree.h"
#include "render/flame_layout.h"
#include "render/flame_paint.h"

// Differential flame graphs: how wide a frame is and what colour it has when there is a before and an after.
//
// Widths come from both sides at each stack, not at each frame, so a path that is gone keeps its place and a caller is never
// narrower than what it called. A frame's colour is its own change, callees included: a caller whose callees all doubled is
// as red as they are.
namespace render {

enum class ChangeWidth { kBefore, kAfter, kMax, kSum };  // kMax: at each stack the larger side
enum class ChangeColour { kTotal, kSelf };               // of a frame with its callees, or of itself alone
enum class ChangeScale {
  kRelative,
  kAbsolute
};  // against the frame's larger side, or against the largest change of any frame

struct FlameChangeOptions {
  ChangeWidth width = ChangeWidth::kMax;
  ChangeColour colour = ChangeColour::kTotal;
  ChangeScale scale = ChangeScale::kRelative;
  bool is_normalized = false;  // before was scaled to after's total: said in the legend
  bool is_negated = false;     // the colour of more for less: where more is better, or the inputs come in the other order
};

// What titles and colours need, by frame.
struct FlameChange {
  std::vector<int64_t> before, after;                    // total values
  std::vector<int64_t> coloured_before, coloured_after;  // what the colour compares: the same, or self values
  std::vector<int64_t> widths;                           // for LayOutFlame
};

// `tree` has two sides.
FlameChange CompareSides(const model::FrameTree& tree, const FlameChangeOptions& options);

// What the steps of a relative change look like and mean, from gone to new, then noise: a page colours by them, too.
std::vector<LegendEntry> ChangeLegend();

FlamePaint PaintByChange(const model::FrameTree& tree, const FlameLayout& layout, const FlameChange& change,
                         const FlameChangeOptions& options);

}  // namespace render
