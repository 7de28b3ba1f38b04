// Runs dealt anew: wrong as seldom as it says however functions wander, and not blind for it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "analysis/statistics/dealt_test.h"

using analysis::RunCount;

namespace {

constexpr size_t kRuns = 8;  // a side

// A function with `mean` of 2,000 samples a run, whose mean itself wanders from run to run by the factor `spread`.
std::vector<RunCount> Wandering(double mean, double spread, std::mt19937& random) {
  std::vector<RunCount> runs;
  for (size_t run = 0; run < 2 * kRuns; ++run) {
    const double of_run = mean * std::exp(std::normal_distribution<>(0, spread)(random));
    runs.push_back({static_cast<double>(std::poisson_distribution<int64_t>(of_run)(random)), 2000});
  }
  return runs;
}

using Family = std::vector<std::vector<RunCount>>;

// Some as steady as counts are, some that wander far more.
Family Mixed(std::mt19937& random) {
  Family family;
  for (const double spread : {0.0, 0.0, 0.05, 0.1, 0.5}) family.push_back(Wandering(100, spread, random));
  return family;
}

double Smallest(const Family& family) { return std::ranges::min(analysis::DealtAnew(family, kRuns)); }

void Grow(std::vector<RunCount>& runs, double factor) {
  for (size_t run = kRuns; run < runs.size(); ++run) runs[run].count *= factor;
}

}  // namespace

TEST_CASE("any function of a family is blamed wrongly no more often than the p-value says") {
  std::mt19937 random(3);
  int blamed = 0;
  constexpr int kTrials = 200;
  for (int trial = 0; trial < kTrials; ++trial) blamed += Smallest(Mixed(random)) <= 0.1;
  CHECK(blamed <= 34);  // 20 are due; more than 34 in one of 1,000 such tests
  CHECK(blamed >= 8);   // and it isn't so careful that it sees nothing
}

TEST_CASE("what grew is found beside functions that wander far more") {
  std::mt19937 random(4);
  Family family = Mixed(random);
  Grow(family[0], 1.4);
  const std::vector<double> p_values = analysis::DealtAnew(family, kRuns);
  CHECK(p_values[0] <= 0.001);
  CHECK(p_values[1] > 0.05);
  CHECK(analysis::DealtAnew(family, kRuns) == p_values);  // the same deals each time
}

TEST_CASE("a burst in one run, and what shrank, are no growth") {
  std::mt19937 random(5);
  Family family = {Wandering(100, 0, random), Wandering(100, 0, random), Wandering(100, 0, random)};
  family[0].back().count *= 20;
  Grow(family[1], 0.5);
  const std::vector<double> p_values = analysis::DealtAnew(family, kRuns);
  CHECK(p_values[0] > 0.1);
  CHECK(p_values[1] > 0.5);
}

TEST_CASE("what never or always has every sample says nothing") {
  const Family family = {std::vector<RunCount>(2 * kRuns, RunCount{0, 100}),
                         std::vector<RunCount>(2 * kRuns, RunCount{100, 100})};
  for (const double p : analysis::DealtAnew(family, kRuns)) CHECK(p == 1);
  CHECK(analysis::DealtAnew({}, 0).empty());
}
