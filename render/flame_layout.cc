#include "render/flame_layout.h"

#include <algorithm>

namespace render {
namespace {

// Callees of each frame that are wide enough: those of frame i are callees[begin[i] .. begin[i+1]), in row order.
struct Callees {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> callees;
  uint64_t left_out = 0;
};

Callees WideCallees(const model::FrameTree& tree, std::span<const int64_t> widths, int64_t least_width) {
  Callees all;
  all.begin.assign(tree.size() + 1, 0);
  for (size_t row = 1; row < tree.size(); ++row) {
    if (widths[row] >= least_width) ++all.begin[tree.frames[row].caller.index() + 1];
    all.left_out += widths[row] > 0 && widths[row] < least_width;
  }
  for (size_t row = 1; row < all.begin.size(); ++row) all.begin[row] += all.begin[row - 1];
  all.callees.resize(all.begin.back());
  std::vector<uint32_t> next(all.begin.begin(), all.begin.end() - 1);
  for (uint32_t row = 1; row < tree.size(); ++row) {
    if (widths[row] >= least_width) all.callees[next[tree.frames[row].caller.index()]++] = row;
  }
  return all;
}

}  // namespace

FlameLayout LayOutFlame(const model::FrameTree& tree, std::span<const int64_t> widths, int64_t least_width,
                        SiblingOrder order) {
  least_width = std::max<int64_t>(least_width, 1);
  Callees all = WideCallees(tree, widths, least_width);
  FlameLayout layout;
  layout.boxes_left_out = all.left_out;
  std::vector<FlameBox> open = {{model::FrameId(0), 0, 0, widths[0]}};
  while (!open.empty()) {
    const FlameBox box = open.back();
    open.pop_back();
    layout.boxes.push_back(box);
    layout.depth = std::max(layout.depth, box.depth);
    const auto first = all.callees.begin() + all.begin[box.frame.index()];
    const auto last = all.callees.begin() + all.begin[box.frame.index() + 1];
    if (order == SiblingOrder::kByName) {
      std::sort(first, last,
                [&](uint32_t a, uint32_t b) { return tree.name(model::FrameId(a)) < tree.name(model::FrameId(b)); });
    }
    const size_t first_open = open.size();
    int64_t x = box.x;
    for (auto row = first; row != last; ++row) {
      const int64_t room = box.x + box.width - x;  // callees fit, unless a total was too large for 63 bits
      open.push_back({model::FrameId(*row), box.depth + 1, x, std::min(widths[*row], room)});
      x += open.back().width;
    }
    std::reverse(open.begin() + static_cast<std::ptrdiff_t>(first_open), open.end());
  }
  return layout;
}

}  // namespace render
