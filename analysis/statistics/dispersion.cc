#include "analysis/statistics/dispersion.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace analysis {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

// trigamma falls from infinity to 0, so halving finds its inverse.
double InverseTrigamma(double wanted) {
  double low = 1e-6, high = 1e8;
  for (int step = 0; step < 200; ++step) {
    const double middle = std::sqrt(low * high);
    (boost::math::trigamma(middle) > wanted ? low : high) = middle;
  }
  return low;
}

}  // namespace

Dispersion FitPrior(std::span<const double> estimates, double degrees) {
  if (degrees <= 0) return {};
  std::vector<double> logs;  // freed of the bias that the logarithm of a chi-square has
  for (const double estimate : estimates) {
    if (estimate > 0) logs.push_back(std::log(estimate) - boost::math::digamma(degrees / 2) + std::log(degrees / 2));
  }
  if (logs.size() < 3) return {};
  const auto count = static_cast<double>(logs.size());
  double mean = 0, spread = 0;
  for (const double log : logs) mean += log / count;
  for (const double log : logs) spread += (log - mean) * (log - mean) / (count - 1);
  const double excess = spread - boost::math::trigamma(degrees / 2);
  if (excess <= 0) return {std::exp(mean), kInfinite};
  const double half = InverseTrigamma(excess);
  return {std::exp(mean + boost::math::digamma(half) - std::log(half)), 2 * half};
}

Dispersion Moderate(const Dispersion& prior, double estimate, double degrees) {
  if (degrees > 0 && prior.degrees > 0) {
    const double usual = std::max(1.0, prior.value);
    const double bound = boost::math::quantile(boost::math::complement(boost::math::chi_squared(degrees), 0.05)) / degrees;
    if (estimate > usual * bound) return {estimate, degrees};
  }
  if (std::isinf(prior.degrees)) return {std::max(1.0, prior.value), kInfinite};
  const double all = prior.degrees + degrees;
  if (all <= 0) return {std::max(1.0, prior.value), 0};
  return {std::max(1.0, (prior.degrees * prior.value + degrees * estimate) / all), all};
}

}  // namespace analysis
