#pragma once

#include <optional>
#include <span>
#include <vector>

#include "analysis/gate/rules.h"
#include "analysis/gate/series.h"
#include "analysis/gate/typical_change.h"
#include "analysis/statistics/count_test.h"
#include "analysis/statistics/dealt_test.h"

// One subject on both sides, with how sure the difference is.
namespace analysis {

struct Comparison {
  double before = 0;  // mean per run, base units
  double after = 0;
  double share_before = 0;  // of the total
  double share_after = 0;
  double ratio = 1;  // of the function to the typical function, or of the values where `is_share` is false
  double ratio_low = 1;
  double ratio_high = 1;          // 95 % interval
  double added = 0;               // by how much of the total before it grew, had the rest of the program not changed
  double p_value = 1;             // one-sided: that it grew
  double p_shrink = 1;            // one-sided: that it shrank
  double rank_p = 1;              // two-sided; 1 where a side has fewer than 4 runs
  double own_p = 0;               // one-sided, by this function's own spread alone; 0 where a side has fewer than 4 runs
  std::optional<double> dealt_p;  // one-sided, corrected for the functions beside it (DealtAnew); from 8 runs a side on
  bool has_rank = false;
  double dispersion = 1;
  double smallest_detectable = 0;  // share, or relative growth where `is_share` is false
  bool is_share = true;
};

constexpr size_t kRunsForRanks = 4;

// Runs [0, before) are the baseline, the others the change.
struct Sides {
  size_t before = 0;
  size_t after = 0;
  bool has_ranks() const { return before >= kRunsForRanks && after >= kRunsForRanks; }
  bool can_be_dealt() const { return before >= kRunsForDealing && after >= kRunsForDealing; }
};

// Counts of one subject and of everything, as many as sampling makes them worth: a function that stands for 2 s in 100 Hz
// samples counts 200, 64 MiB in objects caught once in 512 KiB count 128.
std::vector<RunCount> EffectiveCounts(const Series& series, const Series& exposure);

// What is known about all functions of these runs together.
struct Background {
  Series total;
  Series exposure;  // what a function's value is a part of: the total, or the same for every run
  TypicalChange typical;
  Dispersion prior;  // FitPrior of the functions' dispersions; must be set by hand
  double assumed_spread = 0;
};

// Memory in use and goroutines are a state, not a part of the work done: a leak is not excused by everything else that grew.
// They are compared run by run as they are.
bool IsState(std::string_view value_type);
Background BackgroundOf(const std::vector<FunctionSeries>& functions, const Series& total, std::string_view value_type,
                        Sides sides, const GateSettings& settings);

// Of both the share of the total and the growth against the typical function the weaker p-value counts.
Comparison CompareAsShare(const Series& series, const Background& background, Sides sides);

// Values per run as they are, for totals and budgets in seconds or bytes: Welch's test on their logarithms, or, below 4 runs
// a side, against the assumed spread and the sampling error.
Comparison CompareAsValue(const Series& series, const Series& total, Sides sides, const GateSettings& settings);

}  // namespace analysis
