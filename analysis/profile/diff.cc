#include "analysis/profile/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "analysis/profile/function_table.h"
#include "analysis/statistics/count_test.h"
#include "analysis/statistics/false_discovery.h"
#include "analysis/statistics/rank_test.h"
#include "model/units.h"

namespace analysis {
namespace {

constexpr size_t kRunsForRanks = 4;
constexpr size_t kPathsShown = 20;

double Mean(std::span<const double> values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}
double Sum(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }
int64_t Rounded(double value) { return static_cast<int64_t>(std::llround(std::clamp(value, -9.2e18, 9.2e18))); }

ChangeStatus StatusOf(bool was_there, bool is_there, bool is_equal) {
  if (!was_there) return ChangeStatus::kNew;
  if (!is_there) return ChangeStatus::kGone;
  return is_equal ? ChangeStatus::kSame : ChangeStatus::kChanged;
}

InliningChange InliningOf(const FunctionTable::Function& function) {
  using Calls = FunctionTable::Calls;
  if (function.calls_before == Calls{.plain = true} && function.calls_after == Calls{.inlined = true})
    return InliningChange::kInlinedNow;
  if (function.calls_before == Calls{.inlined = true} && function.calls_after == Calls{.plain = true})
    return InliningChange::kNoLongerInlined;
  return InliningChange::kNone;
}

class Comparer {
 public:
  Comparer(const std::vector<View>& before, const std::vector<View>& after, const DiffSettings& settings)
      : settings_(settings), table_(before, after) {
    diff_.type = before[0].type();
    diff_.unit = before[0].unit();
    diff_.runs_before = before.size();
    diff_.runs_after = after.size();
    diff_.normalized = settings.normalize;
    diff_.min_share = settings.min_share;
  }

  Diff Run() {
    Totals();
    for (size_t row = 0; row < table_.functions.size(); ++row) AddFunction(row);
    AdjustForCount();
    SortFunctions();
    AddStacks();
    AddPaths();
    for (const FunctionTable::Guess& guess : table_.guesses) diff_.guesses.push_back({guess.before, guess.after, guess.why});
    Conclude();
    return std::move(diff_);
  }

 private:
  void Totals() {
    diff_.total_before = Rounded(Mean(table_.total_before));
    scale_ = 1;
    if (settings_.normalize && Mean(table_.total_after) != 0) scale_ = Mean(table_.total_before) / Mean(table_.total_after);
    diff_.total_after = Rounded(Mean(table_.total_after) * scale_);
  }

  void AddFunction(size_t row) {
    const FunctionTable::Function& function = table_.functions[row];
    const auto mean = [&](std::span<const double> values, double scale) { return Rounded(Mean(values) * scale); };
    FunctionChange change{.name = function.name,
                          .was = function.was,
                          .flat_before = mean(function.flat_before, 1),
                          .flat_after = mean(function.flat_after, scale_),
                          .cum_before = mean(function.cum_before, 1),
                          .cum_after = mean(function.cum_after, scale_)};
    const auto any = [](std::span<const double> values) {
      return std::ranges::any_of(values, [](double v) { return v != 0; });
    };
    const bool has_flat = any(function.flat_before) || any(function.flat_after);
    if (!has_flat && !any(function.cum_before) && !any(function.cum_after)) return;
    const bool is_equal = change.flat_change() == 0 && change.cum_change() == 0;
    change.status = StatusOf(any(function.cum_before) || any(function.flat_before),
                             any(function.cum_after) || any(function.flat_after), is_equal);
    if (change.status != ChangeStatus::kSame) {
      if (has_flat)
        Test(change, function.flat_before, function.flat_after);
      else
        Test(change, function.cum_before, function.cum_after);
    }
    const bool is_on_both_sides = change.status == ChangeStatus::kSame || change.status == ChangeStatus::kChanged;
    if (is_on_both_sides && !function.was.empty()) change.status = ChangeStatus::kMoved;
    if (is_on_both_sides || !function.was.empty()) change.inlining = InliningOf(function);
    row_of_.push_back(row);
    diff_.functions.push_back(std::move(change));
  }

  // Sampling error always; from two profiles a side on their spread, from four on their ranks too.
  void Test(FunctionChange& change, std::span<const double> before, std::span<const double> after) {
    const auto counts = [](std::span<const double> values, std::span<const double> totals, double unit) {
      std::vector<RunCount> runs;
      for (size_t i = 0; i < values.size(); ++i) runs.push_back({std::abs(values[i]) / unit, std::abs(totals[i]) / unit});
      return runs;
    };
    const auto measured = [&](std::span<const double> values, std::span<const double> totals) {
      std::vector<double> result(values.begin(), values.end());
      for (size_t i = 0; i < result.size() && settings_.normalize; ++i)
        result[i] = totals[i] == 0 ? 0 : result[i] / totals[i];
      return result;
    };
    if (settings_.normalize) {
      change.p_value = CompareShares(counts(before, table_.total_before, table_.unit_before),
                                     counts(after, table_.total_after, table_.unit_after))
                           .p_value;
    } else {
      change.p_value = CompareRates(std::abs(Sum(before)) / table_.unit_before, static_cast<double>(before.size()),
                                    std::abs(Sum(after)) / table_.unit_after, static_cast<double>(after.size()));
    }
    const auto values_before = measured(before, table_.total_before), values_after = measured(after, table_.total_after);
    const size_t fewest = std::min(before.size(), after.size());
    if (fewest >= 2 && !settings_.normalize)
      change.p_value = std::max(*change.p_value, WelchTest(values_before, values_after));
    if (fewest >= kRunsForRanks) change.rank_p = MannWhitney(values_before, values_after).p_value;
  }

  void AdjustForCount() {
    std::vector<double> p_values;
    for (const FunctionChange& change : diff_.functions) {
      if (change.p_value) p_values.push_back(*change.p_value);
    }
    const std::vector<double> adjusted = BenjaminiHochberg(p_values);
    size_t at = 0;
    for (FunctionChange& change : diff_.functions) {
      if (!change.p_value) continue;
      change.p_adjusted = adjusted[at++];
      const bool ranks_agree = !change.rank_p || *change.rank_p <= settings_.alpha;
      change.is_noise = *change.p_adjusted > settings_.alpha || !ranks_agree;
    }
  }

  void SortFunctions() {
    std::vector<size_t> order(diff_.functions.size());
    std::iota(order.begin(), order.end(), 0);
    const auto key = [&](size_t i) {
      const FunctionChange& change = diff_.functions[i];
      return std::make_tuple(-std::abs(static_cast<double>(change.flat_change())), std::string_view(change.name));
    };
    std::ranges::sort(order, [&](size_t a, size_t b) { return key(a) < key(b); });
    std::vector<FunctionChange> sorted;
    std::vector<size_t> rows;
    for (const size_t i : order) {
      sorted.push_back(std::move(diff_.functions[i]));
      rows.push_back(row_of_[i]);
    }
    diff_.functions = std::move(sorted);
    row_of_ = std::move(rows);
  }

  double StackChangeOf(uint32_t row) const { return StackAfter(row) - StackBefore(row); }
  double StackBefore(uint32_t row) const { return table_.stack_before[row] / static_cast<double>(diff_.runs_before); }
  double StackAfter(uint32_t row) const { return table_.stack_after[row] * scale_ / static_cast<double>(diff_.runs_after); }

  void AddStacks() {
    std::vector<uint32_t> changed;
    for (uint32_t row = 0; row < table_.stacks.size(); ++row) {
      if (Rounded(StackChangeOf(row)) != 0) changed.push_back(row);
    }
    diff_.stacks_changed = changed.size();
    const size_t kept = std::min(changed.size(), settings_.stacks_kept);
    const auto larger = [&](uint32_t a, uint32_t b) {
      return std::make_tuple(-std::abs(StackChangeOf(a)), a) < std::make_tuple(-std::abs(StackChangeOf(b)), b);
    };
    std::partial_sort(changed.begin(), changed.begin() + static_cast<std::ptrdiff_t>(kept), changed.end(), larger);
    changed.resize(kept);
    for (const uint32_t row : changed) {
      StackChange change{.before = Rounded(StackBefore(row)), .after = Rounded(StackAfter(row))};
      change.status = StatusOf(table_.stack_before[row] != 0, table_.stack_after[row] != 0, false);
      for (const model::LocationId function : table_.stacks.LeafFirst(model::StackId(row))) {
        change.frames.push_back(table_.functions[function.index()].name);
      }
      std::ranges::reverse(change.frames);
      diff_.stacks.push_back(std::move(change));
    }
    const auto key = [](const StackChange& change) {
      return std::make_tuple(-std::abs(static_cast<double>(change.after) - static_cast<double>(change.before)),
                             change.frames);
    };
    std::ranges::sort(diff_.stacks, [&](const StackChange& a, const StackChange& b) { return key(a) < key(b); });
  }

  void AddPaths() {
    for (size_t i = 0; i < std::min(kPathsShown, diff_.functions.size()); ++i) {
      if (diff_.functions[i].flat_change() != 0) diff_.functions[i].path = PathOf(static_cast<uint32_t>(row_of_[i]));
    }
  }

  // From the function upwards, each time to the caller with the largest part of the change, while that is half of it or
  // more.
  std::vector<std::string> PathOf(uint32_t function) const {
    std::vector<std::pair<model::StackId, double>> ends;
    double whole = 0;
    for (uint32_t row = 1; row < table_.stacks.size(); ++row) {
      const double change = StackChangeOf(row);
      if (change == 0 || table_.stacks.location(model::StackId(row)).value != function) continue;
      ends.emplace_back(model::StackId(row), change);
      whole += change;
    }
    std::vector<std::string> path = {table_.functions[function].name};
    for (;;) {
      std::unordered_map<uint32_t, double> by_caller;
      for (const auto& [at, change] : ends) {
        const model::StackId caller = table_.stacks.caller(at);
        if (caller != model::StackId()) by_caller[table_.stacks.location(caller).value] += change;
      }
      const auto best = std::ranges::max_element(by_caller, {}, [&](const auto& entry) {
        return std::make_pair(entry.second * (whole < 0 ? -1 : 1), ~entry.first);
      });
      if (best == by_caller.end() || best->second / whole < 0.5) break;
      std::vector<std::pair<model::StackId, double>> above;
      for (const auto& [at, change] : ends) {
        const model::StackId caller = table_.stacks.caller(at);
        if (caller != model::StackId() && table_.stacks.location(caller).value == best->first)
          above.emplace_back(caller, change);
      }
      path.push_back(table_.functions[best->first].name);
      ends = std::move(above);
    }
    std::ranges::reverse(path);
    return path;
  }

  void Conclude() {
    const auto largest_total = static_cast<double>(std::max(std::abs(diff_.total_before), std::abs(diff_.total_after)));
    for (const FunctionChange& change : diff_.functions) {
      diff_.is_found |= !change.is_noise &&
                        std::abs(static_cast<double>(change.flat_change())) >= settings_.min_share * largest_total &&
                        change.flat_change() != 0;
    }
    const double samples_before = std::abs(Sum(table_.total_before)) / table_.unit_before;
    const double samples_after = std::abs(Sum(table_.total_after)) / table_.unit_after;
    if (samples_before > 0 && samples_after > 0) {
      constexpr double kShare = 0.05, kPower = 0.9;
      diff_.smallest_detectable =
          SmallestDetectableChange(kShare, samples_before, samples_after, 1, settings_.alpha / 10, kPower) *
          std::abs(static_cast<double>(diff_.total_before));
    }
    diff_.notes = table_.notes;
  }

  const DiffSettings& settings_;
  FunctionTable table_;
  Diff diff_;
  double scale_ = 1;
  std::vector<size_t> row_of_;  // of diff_.functions, in the table
};

}  // namespace

const char* Name(ChangeStatus status) {
  switch (status) {
    case ChangeStatus::kSame:
      return "same";
    case ChangeStatus::kChanged:
      return "changed";
    case ChangeStatus::kNew:
      return "new";
    case ChangeStatus::kGone:
      return "gone";
    case ChangeStatus::kMoved:
      return "moved";
  }
  return "";
}

const char* Name(InliningChange change) {
  switch (change) {
    case InliningChange::kNone:
      return "";
    case InliningChange::kInlinedNow:
      return "inlined now";
    case InliningChange::kNoLongerInlined:
      return "no longer inlined";
  }
  return "";
}

Diff Compare(const std::vector<View>& before, const std::vector<View>& after, const DiffSettings& settings) {
  return Comparer(before, after, settings).Run();
}

}  // namespace analysis
