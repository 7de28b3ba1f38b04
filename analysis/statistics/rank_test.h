#pragma once

#include <span>

// Two groups of measurements compared by rank: nothing is assumed about their distribution, and one odd run can't
// carry the verdict.
namespace analysis {

// Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other", Annals of
// Mathematical Statistics 18 (1947). Two-sided. Up to kExactRuns measurements in all the p-value is exact, also where values
// are tied: all splits of the midranks are counted (Streitberg and Röhmel 1986), and the smaller tail is doubled. Above, the
// normal approximation with tie and continuity correction (Hollander and Wolfe, "Nonparametric Statistical Methods", 4.1).
//
// An exact p-value can't be smaller than 2/(n over k): 4 runs a side give 0.029 at best, 5 give 0.008, 10 give 0.00001.
struct RankTest {
  double u = 0;  // pairs in which `after` is larger, ties count half
  double p_value = 1;
  bool is_exact = true;
};
constexpr size_t kExactRuns = 60;
RankTest MannWhitney(std::span<const double> before, std::span<const double> after);

// The smallest p-value that MannWhitney can give for so many runs without ties; 1 where a side is empty.
double SmallestRankTestP(size_t before, size_t after);

// How far `after` lies above `before`: Hodges and Lehmann, "Estimates of location based on rank tests", Annals of
// Mathematical Statistics 34 (1963): the median of all differences. The interval are the order statistics of these
// differences at which the rank test turns (Bauer 1972); `confidence` is what it really has, at least what was asked for, or
// 0 where so few runs give no such interval, and low and high are the extreme differences then. Time and memory: O(before *
// after).
struct Shift {
  double shift = 0;
  double low = 0;
  double high = 0;
  double confidence = 0;
};
Shift HodgesLehmann(std::span<const double> before, std::span<const double> after, double confidence = 0.95);

}  // namespace analysis
