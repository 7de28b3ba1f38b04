#include "analysis/gate/comparison.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "analysis/statistics/rank_test.h"

namespace analysis {
namespace {

// Even values without sampling error differ from run to run: nothing counts as more than a million samples.
constexpr double kFinestCount = 1e6;

double Sum(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double Mean(std::span<const double> values) { return values.empty() ? 0 : Sum(values) / static_cast<double>(values.size()); }

struct Halves {
  std::span<const double> before, after;
};
Halves Split(const std::vector<double>& values, Sides sides) {
  return {std::span(values).first(sides.before), std::span(values).subspan(sides.before, sides.after)};
}

std::vector<double> SharesOf(const Series& series, const Series& total) {
  std::vector<double> shares;
  for (size_t i = 0; i < series.value.size(); ++i)
    shares.push_back(total.value[i] > 0 ? series.value[i] / total.value[i] : 0);
  return shares;
}

// A two-sided p-value that is half as large where the change goes up, and near 1 where it goes down.
double OneSided(double two_sided, bool is_growth) { return is_growth ? two_sided / 2 : 1 - two_sided / 2; }

void SetValues(Comparison& result, const Series& series, const Series& total, Sides sides) {
  const Halves values = Split(series.value, sides);
  const Halves totals = Split(total.value, sides);
  result.before = Mean(values.before);
  result.after = Mean(values.after);
  result.share_before = Sum(totals.before) > 0 ? Sum(values.before) / Sum(totals.before) : 0;
  result.share_after = Sum(totals.after) > 0 ? Sum(values.after) / Sum(totals.after) : 0;
}

void SetRanks(Comparison& result, const std::vector<double>& measured, Sides sides) {
  result.has_rank = sides.has_ranks();
  if (!result.has_rank) return;
  const Halves halves = Split(measured, sides);
  result.rank_p = MannWhitney(halves.before, halves.after).p_value;
}

double MeanCount(std::span<const RunCount> runs) {
  double sum = 0;
  for (const RunCount& run : runs) sum += run.count;
  return sum / static_cast<double>(runs.size());
}

// All runs of a side in one, with the total stretched.
RunCount Scaled(std::span<const RunCount> runs, double stretch) {
  RunCount sum;
  for (const RunCount& run : runs) {
    sum.count += run.count;
    sum.total += run.total * stretch;
  }
  return sum;
}

struct Logs {
  std::vector<double> before, after;
};
Logs LogsOf(const Series& series, Sides sides) {
  Logs logs;
  for (size_t i = 0; i < series.value.size(); ++i) {
    (i < sides.before ? logs.before : logs.after).push_back(std::log(std::max(series.value[i], 1e-9)));
  }
  return logs;
}

double SpreadOf(std::span<const double> values) {  // variance
  const double mean = Mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return values.size() < 2 ? 0 : sum / static_cast<double>(values.size() - 1);
}

// Relative variance of the sum over runs [first, first + count) that sampling gives.
double SamplingOf(const Series& series, size_t first, size_t count) {
  const double value = Sum(std::span(series.value).subspan(first, count));
  return value > 0 ? Sum(std::span(series.variance).subspan(first, count)) / (value * value) : 0;
}

}  // namespace

bool IsState(std::string_view value_type) {
  return value_type == "inuse_space" || value_type == "inuse_objects" || value_type == "goroutine" ||
         value_type == "goroutineleak" || value_type == "threadcreate";
}

Background BackgroundOf(const std::vector<FunctionSeries>& functions, const Series& total, std::string_view value_type,
                        Sides sides, const GateSettings& settings) {
  if (!IsState(value_type)) {
    return {.total = total,
            .exposure = total,
            .typical = FindTypicalChange(functions, total, sides),
            .assumed_spread = settings.assumed_spread};
  }
  Background background{.total = total, .exposure = total, .assumed_spread = settings.assumed_total_spread};
  const double largest = total.value.empty() ? 0 : *std::ranges::max_element(total.value);
  std::ranges::fill(background.exposure.value, 100 * largest);  // large, so that counts are Poisson
  return background;
}

std::vector<RunCount> EffectiveCounts(const Series& series, const Series& exposure) {
  const double value = Sum(series.value);
  const double largest = exposure.value.empty() ? 0 : *std::ranges::max_element(exposure.value);
  double weight = value > 0 ? Sum(series.variance) / value : 1;
  weight = std::max(weight, largest / kFinestCount);
  std::vector<RunCount> counts;
  for (size_t i = 0; i < series.value.size(); ++i) {
    counts.push_back({std::max(0.0, series.value[i]) / weight, std::max(0.0, exposure.value[i]) / weight});
  }
  return counts;
}

Comparison CompareAsShare(const Series& series, const Background& background, Sides sides) {
  const std::vector<RunCount> counts = EffectiveCounts(series, background.exposure);
  const auto before = std::span(counts).first(sides.before);
  const auto after = std::span(counts).subspan(sides.before);
  const Dispersion own = EstimateDispersion(before, after);
  Dispersion dispersion = Moderate(background.prior, own.value, own.degrees);
  if (!sides.has_ranks()) {
    const double assumed = 1 + background.assumed_spread * background.assumed_spread * MeanCount(counts);
    if (assumed > dispersion.value) dispersion = {assumed, 0};  // taken for known
  }
  const ShareTest share = CompareShares(before, after, dispersion);
  const RateTest rate = CompareRates(Scaled(before, 1), Scaled(after, background.typical.of_total), dispersion,
                                     background.typical.log_variance);
  const bool share_grew = share.after > share.before;
  const bool rate_grew = rate.ratio > 1;
  Comparison result{.ratio = rate.ratio,
                    .ratio_low = rate.ratio_low,
                    .ratio_high = rate.ratio_high,
                    .p_value = OneSided(share.p_value, share_grew),
                    .p_shrink = OneSided(share.p_value, !share_grew),
                    .dispersion = dispersion.value,
                    .smallest_detectable = share.smallest_detectable};
  if (background.typical.of_total != 1) {  // else both ask the same, and the share knows better what it can be
    result.p_value = std::max(result.p_value, OneSided(rate.p_value, rate_grew));
    result.p_shrink = std::max(result.p_shrink, OneSided(rate.p_value, !rate_grew));
  }
  SetValues(result, series, background.total, sides);
  const double total_before = Mean(Split(background.total.value, sides).before);
  if (total_before > 0) result.added = (result.after / background.typical.absolute - result.before) / total_before;
  SetRanks(result, SharesOf(series, background.exposure), sides);
  if (sides.has_ranks())
    result.own_p = OneSided(CompareShares(before, after, {std::max(own.value, 1e-9), own.degrees}).p_value, share_grew);
  return result;
}

Comparison CompareAsValue(const Series& series, const Series& total, Sides sides, const GateSettings& settings) {
  Comparison result{.is_share = false};
  SetValues(result, series, total, sides);
  if (result.before <= 0 || result.after <= 0) return result;
  const Logs logs = LogsOf(series, sides);
  result.ratio = std::exp(Mean(logs.after) - Mean(logs.before));
  const bool is_growth = result.ratio > 1;
  const auto m = static_cast<double>(sides.before), n = static_cast<double>(sides.after);
  const double sampling = SamplingOf(series, 0, sides.before) + SamplingOf(series, sides.before, sides.after);
  double variance = std::max(SpreadOf(logs.before) / m + SpreadOf(logs.after) / n, sampling);
  const boost::math::normal normal;
  if (sides.has_ranks()) {
    const double two_sided = WelchTest(logs.before, logs.after);
    result.p_value = OneSided(two_sided, is_growth);
    result.p_shrink = OneSided(two_sided, !is_growth);
    SetRanks(result, series.value, sides);
  } else {
    const double assumed = settings.assumed_total_spread * settings.assumed_total_spread * (1 / m + 1 / n);
    variance = std::max(variance, assumed + sampling);
    result.p_value = boost::math::cdf(boost::math::complement(normal, std::log(result.ratio) / std::sqrt(variance)));
    result.p_shrink = 1 - result.p_value;
  }
  const double width = 1.96 * std::sqrt(variance);
  result.ratio_low = result.ratio * std::exp(-width);
  result.ratio_high = result.ratio * std::exp(width);
  const double reach =
      boost::math::quantile(boost::math::complement(normal, settings.alpha)) + boost::math::quantile(normal, 0.9);
  result.smallest_detectable = std::expm1(reach * std::sqrt(variance));
  return result;
}

}  // namespace analysis
