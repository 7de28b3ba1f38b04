#include "render/flame_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "model/units.h"

namespace render {
namespace {

// Orange for more and blue for less: told apart with every common kind of colour vision. Steps are of the change's size.
constexpr std::array<double, 4> kSteps = {0.02, 0.15, 0.40, 0.75};  // from which on a step's colour holds
constexpr double kMoreHue = 48, kLessHue = 250;
constexpr size_t kSame = kSteps.size(), kNoise = 2 * kSteps.size() + 1, kSwatchCount = kNoise + 1;

// Swatches: 0 .. 3 less (strongest first), 4 same, 5 .. 8 more (strongest last), 9 within noise.
std::vector<Swatch> Swatches() {
  std::vector<Swatch> swatches;
  const auto coloured = [](double hue, size_t strength) {
    const auto s = static_cast<double>(strength);
    return Swatch{FromOklch(0.93 - 0.055 * s, 0.035 + 0.032 * s, hue), FromOklch(0.34 + 0.042 * s, 0.03 + 0.03 * s, hue), 0};
  };
  for (size_t strength = kSteps.size(); strength > 0; --strength) swatches.push_back(coloured(kLessHue, strength - 1));
  swatches.push_back({FromOklch(0.93, 0.004, 90), FromOklch(0.38, 0.004, 90), 0});
  for (size_t strength = 0; strength < kSteps.size(); ++strength) swatches.push_back(coloured(kMoreHue, strength));
  swatches.push_back({FromOklch(0.86, 0.004, 90), FromOklch(0.31, 0.004, 90), 0});
  return swatches;
}

size_t SwatchOf(double change) {
  size_t strength = 0;
  while (strength < kSteps.size() && std::abs(change) >= kSteps[strength]) ++strength;
  return change < 0 ? kSame - strength : kSame + strength;
}

std::vector<int64_t> SelfWidths(const model::FrameTree& tree, ChangeWidth width) {
  const std::vector<int64_t>& before = tree.sides[0].self;
  const std::vector<int64_t>& after = tree.sides[1].self;
  std::vector<int64_t> widths(tree.size());
  for (size_t row = 0; row < widths.size(); ++row) {
    switch (width) {
      case ChangeWidth::kBefore:
        widths[row] = before[row];
        break;
      case ChangeWidth::kAfter:
        widths[row] = after[row];
        break;
      case ChangeWidth::kMax:
        widths[row] = std::max(before[row], after[row]);
        break;
      case ChangeWidth::kSum:
        widths[row] = model::SaturatingSum(before[row], after[row]);
        break;
    }
  }
  return widths;
}

// -1 (gone) .. +1 (new).
class ChangeSize {
 public:
  ChangeSize(const FlameLayout& layout, const FlameChange& change, ChangeScale scale) : change_(change), scale_(scale) {
    for (const FlameBox& box : layout.boxes) largest_ = std::max(largest_, std::abs(Difference(box.frame)));
  }
  double Of(model::FrameId frame) const {
    const double difference = Difference(frame);
    if (difference == 0) return 0;
    const auto larger =
        static_cast<double>(std::max(change_.coloured_before[frame.index()], change_.coloured_after[frame.index()]));
    return difference / (scale_ == ChangeScale::kAbsolute ? largest_ : larger);
  }
  double largest() const { return largest_; }

 private:
  double Difference(model::FrameId frame) const {
    return static_cast<double>(change_.coloured_after[frame.index()]) -
           static_cast<double>(change_.coloured_before[frame.index()]);
  }
  const FlameChange& change_;
  ChangeScale scale_;
  double largest_ = 0;
};

size_t StrengthOf(size_t swatch) { return swatch > kSame ? swatch - kSame : kSame - swatch; }

// What an absolute step means, of the largest change.
std::string AmountText(size_t swatch, double largest, const std::string& unit) {
  if (swatch == kSame) return "same";
  const double from = kSteps[StrengthOf(swatch) - 1] * largest;
  return fmt::format("{}{} and more", swatch > kSame ? "+" : "−", model::FormatValue(static_cast<int64_t>(from), unit));
}

// What a relative step means, in percent of before. Steps are of the larger side, so "-75 %" and "x 4" are the same
// distance.
std::string StepText(size_t swatch) {
  if (swatch == kSame) return "same";
  const bool is_more = swatch > kSame;
  const size_t strength = StrengthOf(swatch);
  const double from = kSteps[strength - 1];
  const auto percent = [&](double step) { return (is_more ? 1 / (1 - step) - 1 : step) * 100; };
  const char* sign = is_more ? "+" : "−";
  if (strength == kSteps.size()) return fmt::format("{}{:.0f}% to {}", sign, percent(from), is_more ? "new" : "gone");
  return fmt::format("{}{:.0f} to {:.0f}%", sign, percent(from), percent(kSteps[strength]));
}

std::string Note(const model::FrameTree& tree, const FlameChange& change, const FlameChangeOptions& options) {
  constexpr const char* kWidths[] = {"before", "after", "the larger of before and after at each stack", "before plus after"};
  std::string text =
      fmt::format("Width: {}. Colour: change of {}{}. Shares in tooltips: of {} before and of {} after",
                  kWidths[static_cast<size_t>(options.width)],
                  options.colour == ChangeColour::kTotal ? "a frame with its callees" : "a frame alone",
                  options.scale == ChangeScale::kRelative ? ", in percent of what it was" : "",
                  model::FormatValue(change.before[0], tree.unit), model::FormatValue(change.after[0], tree.unit));
  if (options.is_normalized) text += ", before scaled to the total of after";
  const size_t before_runs = tree.sides[0].runs.size(), after_runs = tree.sides[1].runs.size();
  if (before_runs > 1 || after_runs > 1) text += fmt::format(", sums of {} and {} recordings", before_runs, after_runs);
  return text + ".";
}

}  // namespace

FlameChange CompareSides(const model::FrameTree& tree, const FlameChangeOptions& options) {
  FlameChange change;
  change.before = model::TotalsOf(tree, tree.sides[0].self);
  change.after = model::TotalsOf(tree, tree.sides[1].self);
  change.coloured_before = options.colour == ChangeColour::kTotal ? change.before : tree.sides[0].self;
  change.coloured_after = options.colour == ChangeColour::kTotal ? change.after : tree.sides[1].self;
  change.widths = model::TotalsOf(tree, SelfWidths(tree, options.width));
  return change;
}

std::vector<LegendEntry> ChangeLegend() {
  const std::vector<Swatch> swatches = Swatches();
  std::vector<LegendEntry> legend;
  for (size_t swatch = 0; swatch < swatches.size(); ++swatch)
    legend.push_back({swatch == kNoise ? "within noise" : StepText(swatch), swatches[swatch].light, swatches[swatch].dark});
  return legend;
}

FlamePaint PaintByChange(const model::FrameTree& tree, const FlameLayout& layout, const FlameChange& change,
                         const FlameChangeOptions& options) {
  FlamePaint paint{.swatches = Swatches()};
  paint.legend = ChangeLegend();
  if (options.is_negated) {
    std::reverse(paint.swatches.begin(), paint.swatches.begin() + kNoise);
    for (size_t swatch = 0; swatch < kNoise; ++swatch) {
      paint.legend[swatch].light = paint.swatches[swatch].light;
      paint.legend[swatch].dark = paint.swatches[swatch].dark;
    }
  }
  const ChangeSize size(layout, change, options.scale);
  std::array<bool, kSwatchCount> is_used{};
  for (const FlameBox& box : layout.boxes) {
    const bool is_noise = !tree.is_noise.empty() && tree.is_noise[box.frame.index()];
    const size_t swatch = SwatchOf(size.Of(box.frame));
    paint.of_box.push_back(static_cast<uint32_t>(is_noise && swatch != kSame ? kNoise : swatch));
    is_used[paint.of_box.back()] = true;
  }
  if (tree.is_noise.empty()) paint.legend.pop_back();
  if (options.scale == ChangeScale::kAbsolute) {
    for (size_t swatch = 0; swatch < kNoise; ++swatch)
      paint.legend[swatch].text = is_used[swatch] ? AmountText(swatch, size.largest(), tree.unit) : "";
    std::erase_if(paint.legend, [](const LegendEntry& entry) { return entry.text.empty(); });
  }
  paint.legend_note = Note(tree, change, options);
  return paint;
}

}  // namespace render
