#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/frame_tree.h"

// Where the frames of a flame graph lie. Geometry only, in the unit of the values: a box is as wide as its frame's width
// value, begins where its caller begins or where its left sibling ends, and lies inside its caller. Pixels, colours and
// text are the drawer's.
namespace render {

struct FlameBox {
  model::FrameId frame;
  uint32_t depth = 0;  // the root's is 0
  int64_t x = 0;
  int64_t width = 0;
};

enum class SiblingOrder { kByName, kAsGiven };  // kAsGiven: by row, which is time where the tree was built in order of time

struct FlameLayout {
  std::vector<FlameBox> boxes;  // a caller before its callees, from left to right
  uint32_t depth = 0;           // of the deepest box
  uint64_t boxes_left_out = 0;  // narrower than the least width, with a width above 0
};

// `widths` are total values by frame (model::TotalsOf). Frames narrower than `least_width` are left out together with all
// they called; siblings that stay are packed to the left. O(frames + boxes log siblings).
FlameLayout LayOutFlame(const model::FrameTree& tree, std::span<const int64_t> widths, int64_t least_width,
                        SiblingOrder order = SiblingOrder::kByName);

}  // namespace render
