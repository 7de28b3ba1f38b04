#include "analysis/frame_change.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/statistics/count_test.h"
#include "analysis/statistics/false_discovery.h"

namespace analysis {
namespace {

constexpr double kFalseDiscoveryRate = 0.05;
constexpr int64_t kTestedFraction = 1000;

// Each value times `factor`; what rounding takes or gives is carried to the next, so the sum is right to half a unit.
void ScaleBy(std::vector<int64_t>& values, double factor) {
  double carried = 0;
  for (int64_t& value : values) {
    if (value == 0) continue;
    const double exact = static_cast<double>(value) * factor + carried;
    const double rounded = std::clamp(std::round(exact), 0.0, 9e18);
    carried = exact - rounded;
    value = static_cast<int64_t>(rounded);
  }
}

int64_t Sum(const std::vector<int64_t>& values) {
  int64_t sum = 0;
  for (const int64_t value : values) sum = model::SaturatingSum(sum, value);
  return sum;
}

// Counts by frame, a column per run.
struct Runs {
  std::vector<std::vector<int64_t>> counts;
  std::vector<int64_t> totals;
  int64_t total = 0;

  Runs(const model::FrameTree& tree, const model::FrameSide& side, ChangeOf what) {
    for (const std::vector<int64_t>& run : side.runs) {
      totals.push_back(Sum(run));
      total = model::SaturatingSum(total, totals.back());
      counts.push_back(what == ChangeOf::kTotal ? model::TotalsOf(tree, run) : run);
    }
  }
  std::vector<RunCount> SharesOf(size_t frame) const {
    std::vector<RunCount> of;
    for (size_t run = 0; run < counts.size(); ++run) {
      of.push_back({static_cast<double>(counts[run][frame]), static_cast<double>(totals[run])});
    }
    return of;
  }
  std::vector<double> CountsOf(size_t frame) const {
    std::vector<double> of;
    for (const auto& run : counts) of.push_back(static_cast<double>(run[frame]));
    return of;
  }
  bool IsWorthTesting(size_t frame) const {
    int64_t count = 0;
    for (const auto& run : counts) count = model::SaturatingSum(count, run[frame]);
    return count >= std::max<int64_t>(total / kTestedFraction, 1);
  }
};

double CompareAmounts(const std::vector<double>& before, const std::vector<double>& after) {
  const auto sum = [](const std::vector<double>& counts) { return std::accumulate(counts.begin(), counts.end(), 0.0); };
  const double by_rate =
      CompareRates(sum(before), static_cast<double>(before.size()), sum(after), static_cast<double>(after.size()));
  if (before.size() < 2 || after.size() < 2) return by_rate;
  return std::max(by_rate, WelchTest(before, after));
}

}  // namespace

void ScaleBefore(model::FrameTree& tree) {
  const int64_t before = Sum(tree.sides[0].self), after = Sum(tree.sides[1].self);
  if (before > 0 && after > 0) ScaleBy(tree.sides[0].self, static_cast<double>(after) / static_cast<double>(before));
}

void ScaleToRuns(model::FrameTree& tree, size_t before_runs, size_t after_runs) {
  if (before_runs == after_runs) return;
  model::FrameSide& fewer = tree.sides[before_runs < after_runs ? 0 : 1];
  ScaleBy(fewer.self,
          static_cast<double>(std::max(before_runs, after_runs)) / static_cast<double>(std::min(before_runs, after_runs)));
}

void MarkNoise(model::FrameTree& tree, ChangeOf what, ChangeIn in) {
  const Runs before(tree, tree.sides[0], what), after(tree, tree.sides[1], what);
  tree.is_noise.assign(tree.size(), true);
  if (before.total == 0 || after.total == 0) return;
  std::vector<size_t> tested;
  std::vector<double> p_values;
  for (size_t frame = 0; frame < tree.size(); ++frame) {
    if (!before.IsWorthTesting(frame) && !after.IsWorthTesting(frame)) continue;
    tested.push_back(frame);
    p_values.push_back(in == ChangeIn::kShare ? CompareShares(before.SharesOf(frame), after.SharesOf(frame)).p_value
                                              : CompareAmounts(before.CountsOf(frame), after.CountsOf(frame)));
  }
  const std::vector<double> corrected = BenjaminiHochberg(p_values);
  for (size_t i = 0; i < tested.size(); ++i) tree.is_noise[tested[i]] = corrected[i] > kFalseDiscoveryRate;
}

}  // namespace analysis
