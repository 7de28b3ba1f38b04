#include "analysis/statistics/change_points.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <optional>

namespace analysis {
namespace {

struct Stretch {
  size_t begin, end;
  size_t size() const { return end - begin; }
};

// Between the change points and the ends.
std::vector<Stretch> StretchesOf(const std::vector<ChangePoint>& points, size_t size) {
  std::vector<Stretch> stretches;
  size_t begin = 0;
  for (const ChangePoint& point : points) {
    if (point.index > begin) stretches.push_back({begin, point.index});
    begin = point.index;
  }
  if (begin < size) stretches.push_back({begin, size});
  return stretches;
}

// Sums of |x - y| over rectangles of the matrix of all pairs.
class PairDistances {
 public:
  explicit PairDistances(std::span<const double> series) : width_(series.size() + 1), sums_(width_ * width_) {
    for (size_t i = 0; i < series.size(); ++i) {
      double row = 0;
      for (size_t j = 0; j < series.size(); ++j) {
        row += std::abs(series[i] - series[j]);
        sums_[(i + 1) * width_ + j + 1] = sums_[i * width_ + j + 1] + row;
      }
    }
  }
  double Between(Stretch a, Stretch b) const {
    return At(a.end, b.end) - At(a.begin, b.end) - At(a.end, b.begin) + At(a.begin, b.begin);
  }
  double Within(Stretch a) const { return Between(a, a) / 2; }

 private:
  double At(size_t row, size_t column) const { return sums_[row * width_ + column]; }
  size_t width_;
  std::vector<double> sums_;
};

// How unlike two neighbouring stretches are.
double Difference(const PairDistances& distances, Stretch left, Stretch right) {
  const auto n = static_cast<double>(left.size()), m = static_cast<double>(right.size());
  double difference = distances.Between(left, right);
  if (n > 1) difference -= m / (n - 1) * distances.Within(left);
  if (m > 1) difference -= n / (m - 1) * distances.Within(right);
  return 2 / (m + n) * difference;
}

struct Candidate {
  size_t index = 0;
  double difference = 0;
};

// The right side may end early, so that a short bump is seen as well as a lasting step.
std::optional<Candidate> BestSplit(const PairDistances& distances, Stretch stretch) {
  std::optional<Candidate> best;
  for (size_t at = stretch.begin + 1; at < stretch.end; ++at) {
    for (size_t end = at + 1; end <= stretch.end; ++end) {
      const double difference = Difference(distances, {stretch.begin, at}, {at, end});
      if (!best || difference > best->difference) best = {at, difference};
    }
  }
  return best;
}

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double SquaresAround(std::span<const double> values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

// Student's t-test with one spread for both sides, which is taken as Otava takes it: (n - 1) / n of the usual estimate.
ChangePoint Compare(std::span<const double> left, std::span<const double> right, size_t index) {
  ChangePoint point{.index = index, .mean_before = Mean(left), .mean_after = Mean(right)};
  const auto n = static_cast<double>(left.size()), m = static_cast<double>(right.size());
  if (n + m <= 2) return point;
  const double variance =
      ((n - 1) / n * SquaresAround(left, point.mean_before) + (m - 1) / m * SquaresAround(right, point.mean_after)) /
      (n + m - 2);
  const double off = std::abs(point.mean_after - point.mean_before);
  if (!(variance > 0)) {
    point.p_value = off > 0 ? 0 : 1;
    return point;
  }
  const double t = off / std::sqrt(variance * (1 / n + 1 / m));
  point.p_value = 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(n + m - 2), t));
  return point;
}

ChangePoint CompareStretches(std::span<const double> series, Stretch left, Stretch right) {
  return Compare(series.subspan(left.begin, left.size()), series.subspan(right.begin, right.size()), right.begin);
}

// All change points of one window, the most certain one first found, in order.
std::vector<ChangePoint> SplitWindow(std::span<const double> window, double max_p_value) {
  const PairDistances distances(window);
  std::vector<ChangePoint> points;
  while (true) {
    std::optional<Candidate> best;
    Stretch in{0, 0};
    for (const Stretch stretch : StretchesOf(points, window.size())) {
      const std::optional<Candidate> candidate = BestSplit(distances, stretch);
      if (!candidate || (best && candidate->difference <= best->difference)) continue;
      best = candidate;
      in = stretch;
    }
    if (!best) return points;
    const ChangePoint point = CompareStretches(window, {in.begin, best->index}, {best->index, in.end});
    if (point.p_value > max_p_value) return points;
    points.insert(std::ranges::upper_bound(points, point.index, {}, &ChangePoint::index), point);
  }
}

std::vector<ChangePoint> Split(std::span<const double> series, size_t window, double max_p_value) {
  std::vector<ChangePoint> all;
  for (size_t start = 0; start < series.size();) {
    const size_t size = std::min(window, series.size() - start);
    const std::vector<ChangePoint> found = SplitWindow(series.subspan(start, size), max_p_value);
    for (ChangePoint point : found) {
      point.index += start;
      if (std::ranges::find(all, point.index, &ChangePoint::index) == all.end()) all.push_back(point);
    }
    start = std::max(start + window / 2, found.empty() ? 0 : start + found.back().index);
  }
  std::ranges::sort(all, {}, &ChangePoint::index);
  return all;
}

// Held against its neighbouring stretches as they are now.
void Recompute(std::vector<ChangePoint>& points, std::span<const double> series, size_t at) {
  if (at >= points.size()) return;
  const size_t begin = at == 0 ? 0 : points[at - 1].index;
  const size_t end = at + 1 == points.size() ? series.size() : points[at + 1].index;
  points[at] = CompareStretches(series, {begin, points[at].index}, {points[at].index, end});
}

void Merge(std::vector<ChangePoint>& points, std::span<const double> series, const ChangePointSettings& settings) {
  while (!points.empty()) {
    auto weakest = std::ranges::max_element(points, {}, &ChangePoint::p_value);
    if (weakest->p_value < settings.max_p_value) {
      weakest = std::ranges::min_element(points, {}, &ChangePoint::magnitude);
      if (weakest->magnitude() > settings.min_change) return;
    }
    const auto at = static_cast<size_t>(points.erase(weakest) - points.begin());
    Recompute(points, series, at);  // these two, as Otava 0.8.0 has it: the one before keeps what it was found with
    Recompute(points, series, at + 1);
  }
}

double FirstPass(double max_p_value) {
  if (max_p_value < 0.05) return 10 * max_p_value;
  return max_p_value < 0.5 ? 2 * max_p_value : max_p_value;
}

}  // namespace

double ChangePoint::magnitude() const {
  const double up = mean_before != 0 ? std::abs(mean_after / mean_before - 1) : 0;
  const double down = mean_after != 0 ? std::abs(mean_before / mean_after - 1) : 0;
  return std::max(up, down);
}

std::vector<ChangePoint> FindChangePoints(std::span<const double> series, const ChangePointSettings& settings) {
  std::vector<ChangePoint> points = Split(series, std::max<size_t>(settings.window, 2), FirstPass(settings.max_p_value));
  for (size_t at = 0; at < points.size(); ++at) Recompute(points, series, at);
  Merge(points, series, settings);
  return points;
}

}  // namespace analysis
