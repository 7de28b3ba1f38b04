#include "analysis/store/trend_changes.h"

#include <fmt/format.h>

#include <algorithm>

namespace analysis {
namespace {

std::string CommitOf(const StoredRun& run) {
  return run.tags.commit.empty() ? fmt::format("run {}", run.id) : run.tags.commit;
}

std::vector<double> Shares(const std::vector<double>& values, const std::vector<double>& totals) {
  std::vector<double> shares;
  for (size_t i = 0; i < values.size(); ++i) shares.push_back(totals[i] > 0 ? values[i] / totals[i] : 0);
  return shares;
}

}  // namespace

std::vector<TrendChange> FindTrendChanges(const std::string& name, const std::vector<double>& series,
                                          const std::vector<StoredRun>& runs, const ChangePointSettings& settings) {
  std::vector<TrendChange> changes;
  for (const ChangePoint& point : FindChangePoints(series, settings)) {
    changes.push_back({.name = name,
                       .index = point.index,
                       .before = point.mean_before,
                       .after = point.mean_after,
                       .p_value = point.p_value,
                       .last_good = CommitOf(runs[point.index - 1]),
                       .first_new = CommitOf(runs[point.index])});
  }
  return changes;
}

std::vector<TrendChange> FindAllTrendChanges(const FunctionTrends& trends, bool as_share, ChangePointSettings settings) {
  settings.max_p_value /= static_cast<double>(trends.functions.size() + 1);
  std::vector<TrendChange> all = FindTrendChanges("", trends.total, trends.runs, settings);
  for (const auto& [name, values] : trends.functions) {
    std::ranges::move(FindTrendChanges(name, as_share ? Shares(values, trends.total) : values, trends.runs, settings),
                      std::back_inserter(all));
  }
  std::ranges::stable_sort(all, {}, [](const TrendChange& change) {
    return std::tuple(change.index, !change.name.empty(), -std::abs(change.after - change.before));
  });
  return all;
}

std::string CommitRange(const TrendChange& change) {
  if (change.last_good == change.first_new) return "within " + change.first_new;
  return fmt::format("between {} and {}", change.last_good, change.first_new);
}

}  // namespace analysis
