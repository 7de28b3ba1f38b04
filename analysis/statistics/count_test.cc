#include "analysis/statistics/count_test.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace analysis {
namespace {

constexpr double kCalledAt = 0.005;
constexpr double kPower = 0.9;

RunCount Sum(std::span<const RunCount> runs) {
  RunCount sum;
  for (const RunCount& run : runs) {
    sum.count += run.count;
    sum.total += run.total;
  }
  return sum;
}

double Share(const RunCount& run) { return run.total > 0 ? run.count / run.total : 0; }

double LogChoose(double n, double k) { return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1); }

// P(X <= k) where X of the `drawn` are among `marked` of `all`: terms from k downward until they no longer matter.
double HypergeometricTail(double all, double marked, double drawn, double k) {
  const double least = std::max(0.0, drawn + marked - all);
  if (k < least) return 0;
  double term = std::exp(LogChoose(marked, k) + LogChoose(all - marked, drawn - k) - LogChoose(all, drawn));
  double sum = 0;
  for (double x = k; x >= least; --x) {
    sum += term;
    if (term < sum * 1e-15 && sum > 0) break;
    term *= x * (all - marked - drawn + x) / ((marked - x + 1) * (drawn - x + 1));
  }
  return std::min(1.0, sum);
}

double FisherExact(const RunCount& before, const RunCount& after) {
  const double all = std::round(before.total + after.total);
  const double marked = std::round(before.count + after.count);
  const double drawn = std::round(after.total);
  const double found = std::clamp(std::round(after.count), 0.0, marked);
  if (marked <= 0 || marked >= all) return 1;
  // The upper tail of what was found is the lower tail of what was not drawn.
  const double low = HypergeometricTail(all, marked, drawn, found);
  const double high = HypergeometricTail(all, marked, all - drawn, marked - found);
  return std::min(1.0, 2 * std::min(low, high));
}

double PearsonSum(std::span<const RunCount> runs, double share) {
  if (share <= 0 || share >= 1) return 0;
  double sum = 0;
  for (const RunCount& run : runs) {
    if (run.total <= 0) continue;
    const double off = run.count - run.total * share;
    sum += off * off / (run.total * share * (1 - share));
  }
  return sum;
}

double TwoSidedT(double t, double degrees) {
  if (degrees <= 0 || std::isinf(degrees)) return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), t));
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), t));
}

double TwoSidedQuantile(double alpha, double degrees) {
  if (degrees <= 0 || std::isinf(degrees))
    return boost::math::quantile(boost::math::complement(boost::math::normal(), alpha / 2));
  return boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), alpha / 2));
}

void SetRatio(ShareTest& test, const RunCount& before, const RunCount& after, double degrees) {
  const bool is_empty = before.count <= 0 || after.count <= 0;
  const double k = before.count + (is_empty ? 0.5 : 0);
  const double l = after.count + (is_empty ? 0.5 : 0);
  test.ratio = (l / after.total) / (k / before.total);
  const double variance = std::max(0.0, 1 / k - 1 / before.total + 1 / l - 1 / after.total);
  const double width = TwoSidedQuantile(0.05, degrees) * std::sqrt(test.dispersion * variance);
  test.ratio_low = test.ratio * std::exp(-width);
  test.ratio_high = test.ratio * std::exp(width);
}

}  // namespace

Dispersion EstimateDispersion(std::span<const RunCount> before, std::span<const RunCount> after) {
  const double degrees = static_cast<double>(before.size() + after.size()) - 2;
  if (degrees <= 0) return {};
  return {(PearsonSum(before, Share(Sum(before))) + PearsonSum(after, Share(Sum(after)))) / degrees, degrees};
}

ShareTest CompareShares(std::span<const RunCount> before, std::span<const RunCount> after) {
  return CompareShares(before, after,
                       Moderate({}, EstimateDispersion(before, after).value, EstimateDispersion(before, after).degrees));
}

ShareTest CompareShares(std::span<const RunCount> runs_before, std::span<const RunCount> runs_after,
                        const Dispersion& dispersion) {
  const RunCount before = Sum(runs_before);
  const RunCount after = Sum(runs_after);
  ShareTest test{.before = Share(before), .after = Share(after), .dispersion = dispersion.value};
  if (before.total <= 0 || after.total <= 0) return test;
  SetRatio(test, before, after, dispersion.degrees);
  const double pooled = (before.count + after.count) / (before.total + after.total);
  test.smallest_detectable = SmallestDetectableChange(pooled, before.total, after.total, test.dispersion, kCalledAt, kPower);
  const double error = std::sqrt(test.dispersion * pooled * (1 - pooled) * (1 / before.total + 1 / after.total));
  if (!(error > 0)) return test;
  test.p_value =
      std::max(FisherExact(before, after), TwoSidedT(std::abs(test.after - test.before) / error, dispersion.degrees));
  return test;
}

double SmallestDetectableChange(double share, double total_before, double total_after, double dispersion, double alpha,
                                double power) {
  if (total_before <= 0 || total_after <= 0) return 1;
  const double called = TwoSidedQuantile(alpha, 0);
  const double reached = boost::math::quantile(boost::math::normal(), power);
  return (called + reached) * std::sqrt(dispersion * share * (1 - share) * (1 / total_before + 1 / total_after));
}

double CompareRates(double count_before, double exposure_before, double count_after, double exposure_after) {
  const double sum = std::round(count_before + count_after);
  if (sum <= 0 || exposure_before <= 0 || exposure_after <= 0) return 1;
  const boost::math::binomial after(sum, exposure_after / (exposure_before + exposure_after));
  const double found = std::clamp(std::round(count_after), 0.0, sum);
  const double low = boost::math::cdf(after, found);
  const double high = found < 1 ? 1 : boost::math::cdf(boost::math::complement(after, found - 1));
  return std::min(1.0, 2 * std::min(low, high));
}

RateTest CompareRates(const RunCount& before, const RunCount& after, const Dispersion& dispersion,
                      double log_variance_of_exposure) {
  RateTest test{.before = Share(before), .after = Share(after)};
  if (before.total <= 0 || after.total <= 0 || before.count + after.count <= 0) return test;
  const double k = before.count + 0.5, l = after.count + 0.5;
  test.ratio = (l / after.total) / (k / before.total);
  const double error = std::sqrt(dispersion.value * (1 / k + 1 / l) + log_variance_of_exposure);
  const double width = TwoSidedQuantile(0.05, dispersion.degrees) * error;
  test.ratio_low = test.ratio * std::exp(-width);
  test.ratio_high = test.ratio * std::exp(width);
  const double exact = CompareRates(before.count, before.total, after.count, after.total);
  test.p_value = std::max(exact, TwoSidedT(std::abs(std::log(test.ratio)) / error, dispersion.degrees));
  return test;
}

double WelchTest(std::span<const double> before, std::span<const double> after) {
  if (before.size() < 2 || after.size() < 2) return 1;
  const auto moments = [](std::span<const double> values) {
    const auto n = static_cast<double>(values.size());
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / n;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::pair(mean, squares / (n - 1) / n);
  };
  const auto [mean_before, error_before] = moments(before);
  const auto [mean_after, error_after] = moments(after);
  const double error = error_before + error_after;
  if (!(error > 0)) return mean_before == mean_after ? 1 : 0;
  const double degrees = error * error /
                         (error_before * error_before / static_cast<double>(before.size() - 1) +
                          error_after * error_after / static_cast<double>(after.size() - 1));
  return std::min(1.0, TwoSidedT(std::abs(mean_after - mean_before) / std::sqrt(error), degrees));
}

}  // namespace analysis
