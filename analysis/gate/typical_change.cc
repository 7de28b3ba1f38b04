#include "analysis/gate/typical_change.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/gate/comparison.h"

namespace analysis {
namespace {

constexpr size_t kFewestFunctions = 5;
constexpr double kLargestWeight = 0.1;
constexpr double kFewestCounts = 4;  // both sides together; a function seen less often says nothing about what is typical

struct Vote {
  double log_ratio = 0;
  double variance = 0;
  double weight = 0;
};

double SumOf(const std::vector<double>& values, size_t first, size_t count) {
  double sum = 0;
  for (size_t i = first; i < first + count; ++i) sum += values[i];
  return sum;
}

std::vector<Vote> VotesOf(const std::vector<FunctionSeries>& functions, const Series& total, Sides sides) {
  std::vector<Vote> votes;
  const double runs = static_cast<double>(sides.before) / static_cast<double>(sides.after);
  for (const FunctionSeries& function : functions) {
    const std::vector<RunCount> counts = EffectiveCounts(function.flat, total);
    double before = 0, after = 0;
    for (size_t i = 0; i < counts.size(); ++i) (i < sides.before ? before : after) += counts[i].count;
    if (before + after < kFewestCounts) continue;
    const double variance = 1 / (before + 0.5) + 1 / (after + 0.5);
    votes.push_back({std::log((after + 0.5) / (before + 0.5) * runs), variance, 1 / variance});
  }
  return votes;
}

}  // namespace

TypicalChange FindTypicalChange(const std::vector<FunctionSeries>& functions, const Series& total, Sides sides) {
  const double before = SumOf(total.value, 0, sides.before) / static_cast<double>(sides.before);
  const double after = SumOf(total.value, sides.before, sides.after) / static_cast<double>(sides.after);
  if (before <= 0 || after <= 0) return {};
  TypicalChange change{.absolute = after / before};
  std::vector<Vote> votes = VotesOf(functions, total, sides);
  if (votes.size() < kFewestFunctions) return change;
  double all = 0;
  for (const Vote& vote : votes) all += vote.weight;
  double capped = 0, variance = 0;
  for (Vote& vote : votes) {
    vote.weight = std::min(vote.weight, kLargestWeight * all);
    capped += vote.weight;
    variance += vote.weight * vote.weight * vote.variance;
  }
  std::ranges::sort(votes, {}, &Vote::log_ratio);
  double passed = 0;
  double median = 0;
  for (const Vote& vote : votes) {
    passed += vote.weight;
    median = vote.log_ratio;
    if (passed >= capped / 2) break;
  }
  const double log_of_total = median - std::log(after / before);
  const double log_variance =
      std::numbers::pi / 2 * variance / (capped * capped);  // a median wanders that much more than a mean
  if (std::abs(log_of_total) < 2 * std::sqrt(log_variance)) return change;
  return {.of_total = std::exp(log_of_total), .log_variance = log_variance, .absolute = std::exp(median)};
}

}  // namespace analysis
