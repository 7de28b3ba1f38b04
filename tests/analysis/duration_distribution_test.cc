#include "analysis/duration_distribution.h"

#include <doctest/doctest.h>

TEST_CASE("percentiles of a few durations are exact, by nearest rank") {
  analysis::DurationDistribution d;
  for (int64_t ns = 100; ns >= 1; --ns) d.Add(ns);
  CHECK(d.count() == 100);
  CHECK(d.total() == 5050);
  CHECK(d.Percentile(0.5) == 50);
  CHECK(d.Percentile(0.99) == 99);
  CHECK(d.Percentile(1) == 100);
  CHECK(d.Percentile(0) == 1);
}

TEST_CASE("percentiles of many durations are off by less than 3.2 percent, extremes and totals not at all") {
  analysis::DurationDistribution d;
  for (int64_t i = 1; i <= 100'000; ++i) d.Add(i * 1000);
  CHECK(d.min() == 1000);
  CHECK(d.max() == 100'000'000);
  CHECK(d.total() == int64_t{100'000} * 100'001 / 2 * 1000);
  for (const double share : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = share * 1e8;
    CHECK(static_cast<double>(d.Percentile(share)) == doctest::Approx(exact).epsilon(0.032));
  }
}

TEST_CASE("adding distributions is adding their durations") {
  analysis::DurationDistribution few, many, both, sum;
  for (int64_t i = 0; i < 10; ++i) few.Add(i), both.Add(i);
  for (int64_t i = 0; i < 1000; ++i) many.Add(i * i), both.Add(i * i);
  sum.Add(few);
  sum.Add(many);
  CHECK(sum.count() == both.count());
  CHECK(sum.total() == both.total());
  CHECK(sum.Ascending() == both.Ascending());
  CHECK(sum.PowersOfTwo() == both.PowersOfTwo());
}
