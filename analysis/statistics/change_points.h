#pragma once

#include <cstddef>
#include <span>
#include <vector>

// Where in a series of measurements did the level change? E-divisive means (Matteson and James, "A nonparametric approach
// for multiple change point analysis of multivariate data", Journal of the American Statistical Association 109, 2014), with
// the changes that Hunter made for performance series (Fleming, Kolaczkowski, Kumar, Das, McCarthy, Pattabhi and Ingo,
// "Hunter: using change point detection to hunt for performance regressions", ICPE 2023), now Apache Otava:
//
//   split: in windows that overlap by half, the place that makes the two sides most unlike (energy distance of |x - y|) is
//          taken for a change as long as Student's t-test between its neighbouring stretches gives at most 10 * max_p_value;
//   merge: the weakest one is taken out, and those behind it are looked at again over the longer stretches, until all that
//   are
//          left are below max_p_value and larger than min_change.
//
// tests/oracle/change_points holds series with Otava's own answers.
namespace analysis {

struct ChangePointSettings {
  size_t window = 50;
  double max_p_value = 0.001;
  double min_change = 0;  // |larger / smaller - 1|
};

struct ChangePoint {
  size_t index = 0;  // the first measurement of the new level
  double p_value = 1;
  double mean_before = 0;  // of the stretch up to here
  double mean_after = 0;   // of the stretch from here
  // The larger one of the growth from before to after and from after to before.
  double magnitude() const;
};

// In order. Time: O(measurements * window^2) at most for each change that is found.
std::vector<ChangePoint> FindChangePoints(std::span<const double> series, const ChangePointSettings& settings = {});

}  // namespace analysis
