#include "analysis/statistics/dispersion.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

namespace analysis {
namespace {

constexpr double kOddChance = 0.01;
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

// How many times what is usual an estimate is above only once in 1 / kOddChance cases.
double OddAbove(double degrees) {
  return boost::math::quantile(boost::math::complement(boost::math::chi_squared(degrees), kOddChance)) / degrees;
}

// The positive ones but for those of another kind.
std::vector<double> WithoutOddOnes(std::span<const double> estimates, double degrees) {
  std::vector<double> kept;
  std::ranges::copy_if(estimates, std::back_inserter(kept), [](double estimate) { return estimate > 0; });
  if (kept.empty()) return kept;
  const auto middle = kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2);
  std::ranges::nth_element(kept, middle);
  const double chi_median = boost::math::quantile(boost::math::chi_squared(degrees), 0.5) / degrees;
  const double bound = std::max(1.0, *middle / chi_median) * OddAbove(degrees);
  std::erase_if(kept, [&](double estimate) { return estimate > bound; });
  return kept;
}

}  // namespace

Dispersion FitPrior(std::span<const double> estimates, double degrees) {
  if (degrees <= 0) return {};
  std::vector<double> kept = WithoutOddOnes(estimates, degrees);
  if (kept.size() < 3) return {};
  // Logarithms, freed of the bias that the logarithm of a chi-square has.
  for (double& estimate : kept) estimate = std::log(estimate) - boost::math::digamma(degrees / 2) + std::log(degrees / 2);
  const auto count = static_cast<double>(kept.size());
  double mean = 0, spread = 0;
  for (const double log : kept) mean += log / count;
  for (const double log : kept) spread += (log - mean) * (log - mean) / (count - 1);
  const double excess = spread - boost::math::trigamma(degrees / 2);
  if (excess <= 0) return {std::exp(mean), kInfinite};
  const double half = InverseTrigamma(excess);
  return {std::exp(mean + boost::math::digamma(half) - std::log(half)), 2 * half};
}

Moderator::Moderator(const Dispersion& prior, double degrees)
    : prior_(prior),
      degrees_(degrees),
      odd_above_(degrees > 0 && prior.degrees > 0 ? std::max(1.0, prior.value) * OddAbove(degrees) : kInfinite) {}

Dispersion Moderator::Moderate(double estimate) const {
  if (estimate > odd_above_) return {estimate, degrees_};
  if (std::isinf(prior_.degrees)) return {std::max(1.0, prior_.value), kInfinite};
  const double all = prior_.degrees + degrees_;
  if (all <= 0) return {std::max(1.0, prior_.value), 0};
  return {std::max(1.0, (prior_.degrees * prior_.value + degrees_ * estimate) / all), all};
}

Dispersion Moderate(const Dispersion& prior, double estimate, double degrees) {
  return Moderator(prior, degrees).Moderate(estimate);
}

}  // namespace analysis
