#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/statistics/count_test.h"

// Many functions, seen in the same runs: which of them grew? If nothing changed, the runs could as well have been dealt to
// the two sides in any other way. So they are dealt anew, many times, and a function's p-value is the share of the deals in
// which any function at all looks as bad as this one does: P. H. Westfall and S. S. Young, "Resampling-Based Multiple
// Testing" (1993), 2.3, single-step max T. What the functions' counts are like, how far they wander from run to run and how
// much they go together need not be known, and no further correction for their number is due.
namespace analysis {

// With fewer runs a side there are too few deals to be sure of anything: 8 and 8 have 12,870.
constexpr size_t kRunsForDealing = 8;
constexpr size_t kDeals = 10'000;

// One-sided, that the function grew; one for each of `family`, whose runs [0, before) are one side. How clearly a function
// grew is measured by the difference of its shares against the counts' error, widened by its own spread drawn towards what
// is usual in this family (FitPrior, Moderate). Never below 1 / (kDeals + 1). The same input gives the same result. Time:
// O(kDeals * family * runs).
std::vector<double> DealtAnew(std::span<const std::vector<RunCount>> family, size_t before);

}  // namespace analysis
