#include "analysis/trace/trace_diff.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "analysis/statistics/count_test.h"
#include "analysis/statistics/false_discovery.h"
#include "analysis/statistics/rank_test.h"

namespace analysis {
namespace {

using Traces = std::vector<TraceMeasures>;
using Key = TraceMeasures::Key;

constexpr double kSecond = 1e9;

// Values of one measure over recordings, or over stretches of them.
struct Values {
  std::vector<double> time, count, mean;
};

const TraceMeasure& Of(const TraceMeasures& trace, const Key& key) {
  static const TraceMeasure kNone;
  const auto at = trace.rows.find(key);
  return at == trace.rows.end() ? kNone : at->second;
}

void AddValue(Values& values, int64_t time, uint64_t ended, int64_t ended_time, double seconds) {
  if (seconds <= 0) return;
  values.time.push_back(static_cast<double>(time) / seconds);
  values.count.push_back(static_cast<double>(ended) / seconds);
  if (ended > 0 && ended_time > 0) values.mean.push_back(static_cast<double>(ended_time) / static_cast<double>(ended));
}

Values ValuesOf(const Traces& traces, const Key& key, bool is_by_runs) {
  Values values;
  for (const TraceMeasures& trace : traces) {
    const TraceMeasure& row = Of(trace, key);
    const double seconds = static_cast<double>(trace.window.length()) / kSecond;
    if (is_by_runs) {
      AddValue(values, row.time, row.count, row.durations.total(), seconds);
      continue;
    }
    for (const MeasureBlock& block : row.blocks) {
      AddValue(values, block.time, block.ended, block.ended_time, seconds / kBlocks);
    }
  }
  return values;
}

double MeanOf(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

MeasureSide SideOf(const Traces& traces, const Key& key) {
  MeasureSide side;
  DurationDistribution durations;
  int64_t time = 0, recorded = 0;
  for (const TraceMeasures& trace : traces) {
    const TraceMeasure& row = Of(trace, key);
    side.count += row.count;
    side.open += row.open;
    time += row.time;
    recorded += trace.window.length();
    durations.Add(row.durations);
  }
  if (recorded > 0) {
    side.count_per_s = static_cast<double>(side.count) * kSecond / static_cast<double>(recorded);
    side.time_share = static_cast<double>(time) / static_cast<double>(recorded);
  }
  side.mean_ns = durations.mean();
  side.p50_ns = durations.Percentile(0.5);
  side.p99_ns = durations.Percentile(0.99);
  side.max_ns = durations.max();
  return side;
}

double Ratio(double before, double after) {
  if (before == after) return 1;
  return before == 0 ? std::numeric_limits<double>::infinity() : after / before;
}

// Recordings by Welch's test of their logarithms: four a side leave a rank test no power once many things are compared.
// Stretches by rank: there are many, and they are no measurements with a normal error.
double PValue(std::span<const double> before, std::span<const double> after, bool is_by_runs) {
  if (!is_by_runs) return MannWhitney(before, after).p_value;
  const auto is_positive = [](double value) { return value > 0; };
  const bool has_logarithms = std::ranges::all_of(before, is_positive) && std::ranges::all_of(after, is_positive);
  const auto scaled = [&](std::span<const double> values) {
    std::vector<double> out(values.begin(), values.end());
    if (has_logarithms) std::ranges::transform(out, out.begin(), [](double value) { return std::log(value); });
    return out;
  };
  return WelchTest(scaled(before), scaled(after));
}

class Comparer {
 public:
  Comparer(const Traces& before, const Traces& after, const TraceDiffSettings& settings)
      : before_(before), after_(after), settings_(settings) {
    diff_.before_runs = before.size();
    diff_.after_runs = after.size();
    for (const TraceMeasures& trace : before) diff_.before_ns += trace.window.length();
    for (const TraceMeasures& trace : after) diff_.after_ns += trace.window.length();
    diff_.is_by_runs = std::min(before.size(), after.size()) >= kRunsEnough;
    diff_.min_change = settings.min_change.value_or(diff_.is_by_runs ? 0.2 : 0.5);
  }

  TraceDiff Compare() {
    std::set<Key> keys;
    for (const Traces* side : {&before_, &after_}) {
      for (const TraceMeasures& trace : *side) {
        for (const auto& [key, row] : trace.rows) keys.insert(key);
      }
    }
    std::vector<double> p_values;
    for (const Key& key : keys) {
      diff_.rows.push_back(Row(key));
      p_values.push_back(diff_.rows.back().p_value);
    }
    const std::vector<double> corrected = BenjaminiHochberg(p_values);
    for (size_t at = 0; at < corrected.size(); ++at) {
      diff_.rows[at].p_value = corrected[at];
      Judge(diff_.rows[at]);
    }
    std::ranges::stable_sort(diff_.rows, [](const MeasureRow& a, const MeasureRow& b) { return Order(a) < Order(b); });
    return std::move(diff_);
  }

 private:
  static std::pair<bool, double> Order(const MeasureRow& row) {
    return {row.change == MeasureChange::kSame, -std::abs(row.after.time_share - row.before.time_share)};
  }

  // Three looks at one row: the p-value of the clearest is multiplied by their number.
  MeasureRow Row(const Key& key) const {
    MeasureRow row{.kind = key.first, .name = key.second, .before = SideOf(before_, key), .after = SideOf(after_, key)};
    const Values before = ValuesOf(before_, key, diff_.is_by_runs), after = ValuesOf(after_, key, diff_.is_by_runs);
    const auto look = [&](const char* what, const std::vector<double>& a, const std::vector<double>& b) {
      if (a.size() < kRunsEnough || b.size() < kRunsEnough) return;
      const double ratio = Ratio(MeanOf(a), MeanOf(b));
      if (std::abs(std::log(ratio)) < std::log1p(diff_.min_change)) return;
      const double p = std::min(1.0, 3 * PValue(a, b, diff_.is_by_runs));
      if (p >= row.p_value) return;
      row.p_value = p;
      row.compared = what;
      row.ratio = ratio;
    };
    look("time", before.time, after.time);
    look("mean", before.mean, after.mean);
    look("count", before.count, after.count);
    return row;
  }

  void Judge(MeasureRow& row) const {
    if (row.compared.empty() || row.p_value >= settings_.alpha) return;
    const bool is_worth_it = std::abs(row.after.time_share - row.before.time_share) >= settings_.min_time_share ||
                             row.kind == MeasureKind::kTasks || row.kind == MeasureKind::kRegions;
    if (!is_worth_it) return;
    const bool was = row.before.count + row.before.open > 0 || row.before.time_share > 0;
    const bool is = row.after.count + row.after.open > 0 || row.after.time_share > 0;
    row.change = !was ? MeasureChange::kNew : !is ? MeasureChange::kGone : MeasureChange::kChanged;
  }

  const Traces& before_;
  const Traces& after_;
  const TraceDiffSettings& settings_;
  TraceDiff diff_;
};

}  // namespace

const char* Name(MeasureChange change) {
  constexpr const char* kNames[] = {"same", "changed", "new", "gone"};
  return kNames[static_cast<size_t>(change)];
}

TraceDiff CompareTraces(const std::vector<TraceMeasures>& before, const std::vector<TraceMeasures>& after,
                        const TraceDiffSettings& settings) {
  return Comparer(before, after, settings).Compare();
}

}  // namespace analysis
