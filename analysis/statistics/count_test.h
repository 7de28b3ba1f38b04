#pragma once

#include <span>

#include "analysis/statistics/dispersion.h"

// Profile samples are counts: a function seen in k of n samples would, in another run of the same program, be seen in about
// k +- sqrt(k). That is the least a value can wander, known from a single profile. Several profiles a side show what comes
// on top (caches, schedulers, neighbours on the machine), and the larger of the two is what a change is measured against.
namespace analysis {

// One profile: `count` of its `total` samples were in the function.
struct RunCount {
  double count = 0;
  double total = 0;
};

// How the share of a function changed.
//
// p_value, two-sided, is the larger of two, for either alone errs on one side:
// - Fisher's exact test on the summed counts (R. A. Fisher, "Statistical Methods for Research Workers", 1934; the smaller
// tail is
//   doubled), right also for a handful of samples, but blind for what differs from run to run;
// - the difference against the binomial error widened by the spread within the sides (quasi-likelihood: McCullagh and
// Nelder,
//   "Generalized Linear Models", 1989, 4.5; Pearson's estimate, never below 1), Student's t with before + after - 2 degrees
//   of freedom. One profile a side shows no spread: the binomial error alone, dispersion 1.
//
// It keeps its power where the rank test has none: 5 profiles a side, a hundred functions to correct for.
struct ShareTest {
  double before = 0;  // shares, 0..1
  double after = 0;
  double ratio = 1;      // after / before; where one side has none, as if half a sample had been seen there
  double ratio_low = 1;  // 95 % interval of the ratio, by the widened error of its logarithm (delta method)
  double ratio_high = 1;
  double p_value = 1;
  double dispersion = 1;           // spread between runs as a multiple of what counting explains
  double smallest_detectable = 0;  // change of the share that would be found in 9 of 10 trials at p 0.005
};
ShareTest CompareShares(std::span<const RunCount> before, std::span<const RunCount> after);

// The same with a dispersion that is known from elsewhere: of many functions together (Moderate), or assumed where one run a
// side shows none.
ShareTest CompareShares(std::span<const RunCount> before, std::span<const RunCount> after, const Dispersion& dispersion);

// Pearson's estimate, not held at 1: the spread within the sides as a multiple of the binomial variance, with before + after
// - 2 degrees of freedom. 0 degrees where one run a side shows nothing.
Dispersion EstimateDispersion(std::span<const RunCount> before, std::span<const RunCount> after);

// The change of a share that is found with probability `power` when changes with a p-value up to `alpha` are called, where
// the share is `share`, the sides have so many samples in all, and runs spread `dispersion` times as wide as counts do.
double SmallestDetectableChange(double share, double total_before, double total_after, double dispersion, double alpha,
                                double power);

// The same for counts over exposures (seconds recorded, requests served): Przyborowski and Wilenski, "Homogeneity of results
// in testing samples from Poisson series", Biometrika 31 (1940). Given the sum of both counts, `after` is binomial.
// Two-sided.
double CompareRates(double count_before, double exposure_before, double count_after, double exposure_after);

// Counts against exposures (`total`) that are themselves known with an error: its variance on the logarithm is given. The
// p-value is the larger of the exact one above and that of the ratio's logarithm against its widened error.
struct RateTest {
  double before = 0;  // count / total
  double after = 0;
  double ratio = 1;  // half a count is added to both, so that it exists
  double ratio_low = 1;
  double ratio_high = 1;  // 95 % interval
  double p_value = 1;     // two-sided
};
RateTest CompareRates(const RunCount& before, const RunCount& after, const Dispersion& dispersion,
                      double log_variance_of_exposure);

// Two groups of measurements with errors of their own: B. L. Welch, "The generalization of Student's problem", Biometrika 34
// (1947). 1 where a side has less than two.
double WelchTest(std::span<const double> before, std::span<const double> after);

}  // namespace analysis
