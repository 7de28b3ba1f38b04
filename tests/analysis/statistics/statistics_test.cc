#include <doctest/doctest.h>

#include <vector>

#include "analysis/statistics/count_test.h"
#include "analysis/statistics/false_discovery.h"
#include "analysis/statistics/rank_test.h"

// Expected values are those of SciPy 1.17, with the call beside them, or of the paper or book that is named.
namespace {

using Values = std::vector<double>;
using analysis::RunCount;

// Hollander and Wolfe, "Nonparametric Statistical Methods", 1973, p. 69: permeability of the human chorioamnion.
const Values kAtTerm = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
const Values kEarly = {1.15, 0.88, 0.90, 0.74, 1.21};

doctest::Approx Near(double value) { return doctest::Approx(value).epsilon(1e-9); }

std::vector<RunCount> Of1000(const Values& counts) {
  std::vector<RunCount> runs;
  for (const double count : counts) runs.push_back({count, 1000});
  return runs;
}

}  // namespace

TEST_CASE("the rank test gives the exact p-value of the textbook's example") {
  const auto test = analysis::MannWhitney(kEarly, kAtTerm);
  CHECK(test.u == 35);
  CHECK(test.is_exact);
  CHECK(test.p_value ==
        Near(0.2544122544122544));  // mannwhitneyu(at_term, early, method="exact"); the book: one-sided 0.1272
}

TEST_CASE("the rank test stays exact where values are tied") {
  // permutation_test((before, after), U, n_resamples=inf) over all splits
  const auto mixed = analysis::MannWhitney(Values{1, 2, 2, 3, 5, 7}, Values{2, 3, 4, 4, 6, 8, 8});
  CHECK(mixed.u == 42 - 11.5);
  CHECK(mixed.p_value == Near(0.20163170163170163));
  CHECK(analysis::MannWhitney(Values{0, 0, 0, 0, 1}, Values{0, 0, 2, 3}).p_value == Near(1.0 / 3));
  CHECK(analysis::MannWhitney(Values{4, 4, 4}, Values{4, 4}).p_value == 1);
}

TEST_CASE("many measurements are compared by the normal approximation") {
  Values before, after;
  for (int i = 1; i <= 40; ++i) before.push_back(i);
  // np.arange(1, 46) + 4.5, rounded half to even
  for (int i = 1; i <= 45; ++i) after.push_back(i % 2 == 0 ? i + 4 : i + 5);
  const auto test = analysis::MannWhitney(before, after);
  CHECK_FALSE(test.is_exact);
  CHECK(test.p_value == Near(0.017611008258903958));  // mannwhitneyu(before, after, method="asymptotic")
}

TEST_CASE("the rank test needs enough runs, and says how small a p-value can be") {
  CHECK(analysis::SmallestRankTestP(4, 4) == Near(2.0 / 70));
  CHECK(analysis::MannWhitney(Values{1, 2, 3, 4}, Values{5, 6, 7, 8}).p_value == Near(2.0 / 70));
  CHECK(analysis::SmallestRankTestP(10, 10) == Near(2.0 / 184756));
  CHECK(analysis::MannWhitney(Values{}, Values{1}).p_value == 1);
}

TEST_CASE("the shift and its interval are those of R's wilcox.test on the textbook's example") {
  const auto shift = analysis::HodgesLehmann(kAtTerm, kEarly);
  CHECK(shift.shift == Near(-0.305));
  CHECK(shift.low == Near(-0.76));
  CHECK(shift.high == Near(0.15));
  CHECK(shift.confidence == Near(0.9600399600399601));
  const auto few = analysis::HodgesLehmann(Values{1, 2}, Values{4, 6});
  CHECK(few.shift == 3.5);
  CHECK(few.low == 2);
  CHECK(few.high == 5);
  CHECK(few.confidence == 0);
}

TEST_CASE("the p-values of Benjamini and Hochberg's own example are adjusted as they should be") {
  // Table 1 of the paper; scipy.stats.false_discovery_control. The paper calls the first four at 0.05.
  const Values raw = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                      0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
  const Values wanted = {0.0015,
                         0.003,
                         0.0095,
                         0.035625,
                         0.0603,
                         0.06385714285714286,
                         0.06385714285714286,
                         0.0645,
                         0.0765,
                         0.486,
                         0.5811818181818181,
                         0.7148749999999999,
                         0.7532307692307693,
                         0.8132142857142857,
                         1.0};
  const Values adjusted = analysis::BenjaminiHochberg(raw);
  for (size_t i = 0; i < raw.size(); ++i) CHECK(adjusted[i] == Near(wanted[i]));
  CHECK(analysis::BenjaminiHochberg(Values{0.04, 0.01}) == Values{0.04, 0.02});
}

TEST_CASE("one profile a side is judged by the error of its counts") {
  const auto p = [](RunCount before, RunCount after) {
    return analysis::CompareShares(std::vector{before}, std::vector{after}).p_value;
  };
  // twice the smaller tail of hypergeom(2000, 6, 1000); the normal test alone would say 0.0142
  CHECK(p({0, 1000}, {6, 1000}) == Near(0.031015859961787993));
  CHECK(p({3, 100}, {15, 100}) == Near(0.00519222290141669));  // scipy.stats.fisher_exact
  CHECK(p({12, 500}, {9, 250}) == Near(0.4741165889865545));   // twice the smaller tail
  CHECK(p({500, 10000}, {700, 10000}) == doctest::Approx(2.8910470862828637e-09).epsilon(1e-6));
  CHECK(p({100, 1000}, {100, 1000}) == 1);
  CHECK(p({0, 1000}, {0, 1000}) == 1);
  CHECK(p({1, 10}, {5, 0}) == 1);
}

TEST_CASE("spread between the runs of a side counts against a change") {
  // phi = Pearson's sum / 8; t = difference / sqrt(phi p (1-p) 2/5000); 2 * t.sf(t, 8), with NumPy
  const auto steady = analysis::CompareShares(Of1000({48, 55, 61, 40, 52}), Of1000({70, 80, 66, 77, 85}));
  CHECK(steady.dispersion == Near(1.0521697965418475));
  CHECK(steady.p_value == Near(0.001223045535463425));
  const auto wild = analysis::CompareShares(Of1000({20, 90, 61, 40, 52}), Of1000({70, 80, 66, 77, 85}));
  CHECK(wild.dispersion == Near(7.167630293905777));
  CHECK(wild.p_value == Near(0.11756105285990416));
}

TEST_CASE("the interval of the ratio holds the ratio, and a new function has one too") {
  const auto test = analysis::CompareShares(std::vector{RunCount{500, 10000}}, std::vector{RunCount{700, 10000}});
  CHECK(test.ratio == Near(1.4));
  // exp(log(1.4) -+ 1.959964 * sqrt(1/500 - 1/10000 + 1/700 - 1/10000))
  CHECK(test.ratio_low == doctest::Approx(1.2524555507835495).epsilon(1e-5));
  CHECK(test.ratio_high == doctest::Approx(1.5649257961879788).epsilon(1e-5));
  const auto fresh = analysis::CompareShares(std::vector{RunCount{0, 1000}}, std::vector{RunCount{50, 1000}});
  CHECK(fresh.ratio == Near(101));
  CHECK(fresh.ratio_low > 1);
}

TEST_CASE("the smallest detectable change shrinks with the square root of the samples") {
  // (norm.isf(0.0025) + norm.ppf(0.9)) * sqrt(0.05 * 0.95 * 2 / 10000)
  CHECK(analysis::SmallestDetectableChange(0.05, 10000, 10000, 1, 0.005, 0.9) ==
        doctest::Approx(0.012601866342277637).epsilon(1e-4));
  const double once = analysis::SmallestDetectableChange(0.2, 1000, 1000, 1, 0.01, 0.8);
  CHECK(analysis::SmallestDetectableChange(0.2, 4000, 4000, 1, 0.01, 0.8) == Near(once / 2));
  CHECK(analysis::SmallestDetectableChange(0.2, 1000, 1000, 4, 0.01, 0.8) == Near(once * 2));
}

TEST_CASE("rates are compared over their exposures") {
  // twice the smaller tail of binom(35, 1/2), binom(6, 1/2), binom(140, 2/3)
  CHECK(analysis::CompareRates(10, 1, 25, 1) == Near(0.016673847800120715));
  CHECK(analysis::CompareRates(0, 10, 6, 10) == Near(0.03125));
  CHECK(analysis::CompareRates(40, 10, 100, 20) == Near(0.2677886150489813));
  CHECK(analysis::CompareRates(0, 1, 0, 1) == 1);
}

TEST_CASE("measurements with errors of their own are compared by Welch's test") {
  const Values a = {19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0};
  const Values b = {28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7,
                    23.2, 17.5, 20.6, 18.0, 23.9, 21.6, 24.3, 20.4, 23.9, 13.3};
  CHECK(analysis::WelchTest(a, b) == Near(0.035484530830010394));  // ttest_ind(a, b, equal_var=False)
  CHECK(analysis::WelchTest(Values{5, 5}, Values{5, 5}) == 1);
  CHECK(analysis::WelchTest(Values{5}, Values{9}) == 1);
}

TEST_CASE("the usual dispersion is found in many functions, and lends its certainty to each") {
  // Twenty estimates with 8 degrees of freedom, quantiles of 2 * chi2(8) / 8: two times as wide as counts, all alike.
  const Values alike = {0.69, 0.89, 1.04, 1.16, 1.27, 1.38, 1.48, 1.58, 1.68, 1.78,
                        1.89, 2.00, 2.12, 2.26, 2.41, 2.58, 2.79, 3.06, 3.46, 4.29};
  const analysis::Dispersion prior = analysis::FitPrior(alike, 8);
  CHECK(prior.value == doctest::Approx(2).epsilon(0.05));
  CHECK(prior.degrees > 50);
  const analysis::Dispersion moderated = analysis::Moderate(prior, 1, 8);
  CHECK(moderated.value > 1.8);
  CHECK(moderated.degrees > 50);
  CHECK(analysis::Moderate(prior, 9, 8).value == 9);  // of another kind
  CHECK(analysis::Moderate({}, 0.4, 8).value == 1);
  CHECK(analysis::Moderate({}, 3, 8).degrees == 8);
}
