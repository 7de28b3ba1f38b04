#include "analysis/statistics/dealt_test.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>

namespace analysis {
namespace {

// Student's t as the normal quantile of the same tail: D. L. Wallace, "Bounds on normal approximations to Student's and the
// chi-square distributions", Annals of Mathematical Statistics 30 (1959). So functions with a spread of their own, known
// from few runs, stand beside those whose spread all share.
double AsNormal(double t, double degrees) {
  if (degrees <= 0 || std::isinf(degrees)) return t;
  const double size = std::sqrt(degrees * std::log1p(t * t / degrees)) * (8 * degrees + 1) / (8 * degrees + 3);
  return t < 0 ? -size : size;
}

// What doesn't depend on how the runs are dealt.
struct Function {
  std::span<const RunCount> runs;
  RunCount sum;
  double share = 0;
  double squares = 0;  // sum of count^2 / total

  explicit Function(std::span<const RunCount> all) : runs(all) {
    for (const RunCount& run : runs) {
      if (run.total <= 0) continue;
      sum.count += run.count;
      sum.total += run.total;
      squares += run.count * run.count / run.total;
    }
    share = sum.total > 0 ? sum.count / sum.total : 0;
  }
  bool is_constant() const { return share <= 0 || share >= 1; }
  // Pearson's estimate where `within` is what the sides' own shares explain of `squares`.
  double Spread(double within, double degrees) const {
    return is_constant() ? 0 : std::max(0.0, squares - within) / (share * (1 - share)) / degrees;
  }
};

class Dealer {
 public:
  Dealer(std::span<const Function> family, size_t runs)
      : family_(family), degrees_(static_cast<double>(runs) - 2), moderator_(Usual(family, runs), degrees_) {}

  // How clearly one function grew, in standard errors.
  double Growth(const Function& function, std::span<const size_t> after) const {
    if (function.is_constant()) return 0;
    RunCount second;
    for (const size_t run : after) {
      second.count += function.runs[run].count;
      second.total += function.runs[run].total;
    }
    const RunCount first{function.sum.count - second.count, function.sum.total - second.total};
    if (first.total <= 0 || second.total <= 0) return 0;
    const double within = first.count * first.count / first.total + second.count * second.count / second.total;
    const Dispersion spread = moderator_.Moderate(function.Spread(within, degrees_));
    const double error =
        std::sqrt(spread.value * function.share * (1 - function.share) * (1 / first.total + 1 / second.total));
    return AsNormal((second.count / second.total - first.count / first.total) / error, spread.degrees);
  }

  double LargestGrowth(std::span<const size_t> after) const {
    double largest = -std::numeric_limits<double>::infinity();
    for (const Function& function : family_) largest = std::max(largest, Growth(function, after));
    return largest;
  }

 private:
  // As if nothing had changed, so that it is the same for each deal.
  static Dispersion Usual(std::span<const Function> family, size_t runs) {
    const double degrees = static_cast<double>(runs) - 1;
    std::vector<double> spreads;
    for (const Function& function : family) {
      const double within = function.sum.total > 0 ? function.sum.count * function.sum.count / function.sum.total : 0;
      spreads.push_back(function.Spread(within, degrees));
    }
    return FitPrior(spreads, degrees);
  }

  std::span<const Function> family_;
  double degrees_;
  Moderator moderator_;
};

}  // namespace

std::vector<double> DealtAnew(std::span<const std::vector<RunCount>> family, size_t before) {
  if (family.empty()) return {};
  const size_t runs = family.front().size();
  const std::vector<Function> functions(family.begin(), family.end());
  const Dealer dealer(functions, runs);
  std::vector<size_t> order(runs);
  std::iota(order.begin(), order.end(), 0);
  const auto after = std::span(order).subspan(before);
  std::vector<double> seen;
  for (const Function& function : functions) seen.push_back(dealer.Growth(function, after));
  std::vector<size_t> as_bad(functions.size());
  std::mt19937 random(1);
  for (size_t deal = 0; deal < kDeals; ++deal) {
    for (size_t last = runs; last-- > before;) std::swap(order[last], order[random() % (last + 1)]);
    const double largest = dealer.LargestGrowth(after);
    for (size_t i = 0; i < seen.size(); ++i) as_bad[i] += largest >= seen[i];
  }
  std::vector<double> p_values;
  for (const size_t count : as_bad) p_values.push_back(static_cast<double>(count + 1) / static_cast<double>(kDeals + 1));
  return p_values;
}

}  // namespace analysis
