#include "analysis/statistics/rank_test.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

namespace analysis {
namespace {

struct Ranked {
  std::vector<uint32_t> doubled_ranks;  // of all measurements, ascending; midranks times two, so that they are whole
  uint64_t doubled_sum = 0;             // of those in `after`
  double tie_term = 0;                  // sum of t^3 - t over groups of t equal values
};

Ranked Rank(std::span<const double> before, std::span<const double> after) {
  std::vector<std::pair<double, bool>> all;
  for (const double value : before) all.push_back({value, false});
  for (const double value : after) all.push_back({value, true});
  std::ranges::sort(all);
  Ranked ranked;
  for (size_t first = 0; first < all.size();) {
    size_t end = first;
    while (end < all.size() && all[end].first == all[first].first) ++end;
    const auto doubled = static_cast<uint32_t>(first + 1 + end);
    const auto ties = static_cast<double>(end - first);
    ranked.tie_term += ties * ties * ties - ties;
    for (; first < end; ++first) {
      ranked.doubled_ranks.push_back(doubled);
      if (all[first].second) ranked.doubled_sum += doubled;
    }
  }
  return ranked;
}

// counts[s] = number of ways to choose `chosen` of the ranks with sum s. Doubles hold them well enough: 60 over 30
// is 1.2e17.
std::vector<double> RankSumCounts(std::span<const uint32_t> ranks, size_t chosen) {
  uint64_t largest = 0;
  for (size_t i = 0; i < chosen; ++i) largest += ranks[ranks.size() - 1 - i];
  const size_t width = largest + 1;
  std::vector<double> ways((chosen + 1) * width);
  ways[0] = 1;
  for (size_t at = 0; at < ranks.size(); ++at) {
    const uint32_t rank = ranks[at];
    for (size_t k = std::min(at + 1, chosen); k >= 1; --k) {
      const double* from = &ways[(k - 1) * width];
      double* to = &ways[k * width];
      for (size_t sum = width; sum-- > rank;) to[sum] += from[sum - rank];
    }
  }
  return {ways.end() - static_cast<std::ptrdiff_t>(width), ways.end()};
}

double ExactP(const Ranked& ranked, size_t chosen) {
  const std::vector<double> counts = RankSumCounts(ranked.doubled_ranks, chosen);
  double below = 0, above = 0, all = 0;
  for (size_t sum = 0; sum < counts.size(); ++sum) {
    all += counts[sum];
    if (sum <= ranked.doubled_sum) below += counts[sum];
    if (sum >= ranked.doubled_sum) above += counts[sum];
  }
  return std::min(1.0, 2 * std::min(below, above) / all);
}

double NormalP(double u, double m, double n, double tie_term) {
  const double all = m + n;
  const double variance = m * n / 12 * (all + 1 - tie_term / (all * (all - 1)));
  if (variance <= 0) return 1;
  const double distance = std::max(0.0, std::abs(u - m * n / 2) - 0.5);
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), distance / std::sqrt(variance)));
}

std::vector<uint32_t> UntiedRanks(size_t count) {
  std::vector<uint32_t> ranks(count);
  for (size_t i = 0; i < count; ++i) ranks[i] = static_cast<uint32_t>(i + 1);
  return ranks;
}

// The interval leaves out the `cut` smallest and largest differences.
struct Cut {
  size_t cut = 0;
  double confidence = 0;
};

Cut ExactCut(size_t m, size_t n, double confidence) {
  const std::vector<double> counts = RankSumCounts(UntiedRanks(m + n), n);
  double all = 0;
  for (const double count : counts) all += count;
  Cut best;
  double tail = 0;
  for (size_t u = 0, sum = n * (n + 1) / 2; sum < counts.size(); ++u, ++sum) {
    tail += counts[sum] / all;  // P(U <= u)
    if (1 - 2 * tail < confidence) break;
    best = {u, 1 - 2 * tail};
  }
  return best;
}

Cut NormalCut(double m, double n, double confidence) {
  const double z = boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
  const double cut = std::floor(m * n / 2 - z * std::sqrt(m * n * (m + n + 1) / 12));
  return {cut > 1 ? static_cast<size_t>(cut) - 1 : 0, confidence};
}

}  // namespace

RankTest MannWhitney(std::span<const double> before, std::span<const double> after) {
  if (before.empty() || after.empty()) return {};
  const Ranked ranked = Rank(before, after);
  const auto m = static_cast<double>(before.size());
  const auto n = static_cast<double>(after.size());
  RankTest test;
  test.u = static_cast<double>(ranked.doubled_sum) / 2 - n * (n + 1) / 2;
  test.is_exact = before.size() + after.size() <= kExactRuns;
  test.p_value = test.is_exact ? ExactP(ranked, after.size()) : NormalP(test.u, m, n, ranked.tie_term);
  return test;
}

double SmallestRankTestP(size_t before, size_t after) {
  double ways = 1;  // before + after over after
  for (size_t i = 1; i <= after; ++i) ways = ways * static_cast<double>(before + i) / static_cast<double>(i);
  return before == 0 || after == 0 ? 1 : std::min(1.0, 2 / ways);
}

Shift HodgesLehmann(std::span<const double> before, std::span<const double> after, double confidence) {
  std::vector<double> differences;
  for (const double b : before) {
    for (const double a : after) differences.push_back(a - b);
  }
  if (differences.empty()) return {};
  std::ranges::sort(differences);
  const size_t count = differences.size();
  const bool is_exact = before.size() + after.size() <= kExactRuns;
  const Cut cut = is_exact ? ExactCut(before.size(), after.size(), confidence)
                           : NormalCut(static_cast<double>(before.size()), static_cast<double>(after.size()), confidence);
  return {.shift = (differences[(count - 1) / 2] + differences[count / 2]) / 2,
          .low = differences[cut.cut],
          .high = differences[count - 1 - cut.cut],
          .confidence = cut.confidence};
}

}  // namespace analysis
