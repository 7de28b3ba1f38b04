#include "render/flame_paint.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "model/units.h"

namespace render {
namespace {

constexpr double kLeastShare = 0.00005;  // of the total, to be in the legend

// The swatch of every name that is asked for, looked up once.
class NamePaint {
 public:
  NamePaint(const model::FrameTree& tree, const Palette& palette)
      : tree_(tree), palette_(palette), known_(tree.names.size(), kUnknown) {}

  uint32_t operator[](model::FrameId frame) {
    if (frame.index() == 0) return 0;
    uint32_t& swatch = known_[tree_.frames[frame.index()].name.index()];
    if (swatch == kUnknown) swatch = static_cast<uint32_t>(palette_.Pick(tree_.name(frame), tree_.origin(frame)));
    return swatch;
  }

 private:
  static constexpr uint32_t kUnknown = ~uint32_t{0};
  const model::FrameTree& tree_;
  const Palette& palette_;
  std::vector<uint32_t> known_;
};

std::vector<int64_t> OwnValues(const model::FrameTree& tree, OwnAt own_at) {
  const std::vector<int64_t>& self = tree.sides.back().self;
  if (own_at == OwnAt::kEnd) return self;
  std::vector<int64_t> own = model::TotalsOf(tree, self);
  own[0] = self[0];
  for (uint32_t row = 1; row < tree.size(); ++row) {
    if (tree.frames[row].caller.index() != 0) own[row] = 0;
  }
  return own;
}

std::vector<LegendEntry> Legend(const Palette& palette, const std::vector<double>& self_by_group, double total) {
  std::vector<size_t> order(palette.groups().size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return self_by_group[a] > self_by_group[b]; });
  std::vector<LegendEntry> legend;
  for (const size_t group : order) {
    const SwatchGroup& one = palette.groups()[group];
    if (one.name.empty() || self_by_group[group] <= total * kLeastShare) continue;
    legend.push_back(
        {fmt::format("{} {}", one.name, model::FormatPercent(self_by_group[group], total)), one.light, one.dark});
  }
  return legend;
}

}  // namespace

FlamePaint PaintByName(const model::FrameTree& tree, const FlameLayout& layout, const Palette& palette, OwnAt own_at) {
  FlamePaint paint{.swatches = palette.swatches()};
  NamePaint by_name(tree, palette);
  for (const FlameBox& box : layout.boxes) paint.of_box.push_back(by_name[box.frame]);
  std::vector<double> self_by_group(palette.groups().size());
  const std::vector<int64_t> own = OwnValues(tree, own_at);
  double total = static_cast<double>(own[0]);
  for (uint32_t row = 1; row < tree.size(); ++row) {
    if (own[row] == 0) continue;
    total += static_cast<double>(own[row]);
    self_by_group[palette.swatches()[by_name[model::FrameId(row)]].group] += static_cast<double>(own[row]);
  }
  paint.legend = Legend(palette, self_by_group, total);
  if (!paint.legend.empty())
    paint.legend_note = "Shares are of self values: what frames used themselves, without their callees.";
  return paint;
}

}  // namespace render
