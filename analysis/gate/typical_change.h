#pragma once

#include <vector>

#include "analysis/gate/series.h"

// Where one function gets twice as slow, every other one's share of the total falls; where one gets faster, all others'
// shares grow, and none of them did anything. So a function is held against the typical function as well: the scale between
// the sides is a median over functions, as gene counts are scaled between sequencing runs (Anders and Huber, "Differential
// expression analysis for sequence count data", Genome Biology 11:R106, 2010; Robinson and Oshlack, Genome Biology 11:R25,
// 2010).
namespace analysis {

struct Sides;

struct TypicalChange {
  double of_total = 1;      // value after / before of the typical function, divided by that of the total
  double log_variance = 0;  // of the logarithm of it, by sampling
  double absolute = 1;      // value per run after / before of the typical function
};

// Median of the functions' flat growth, weighted by how well each is known, none with more than a tenth of the weight. With
// fewer than five functions nothing is typical, and a difference of less than two standard errors is none: the total stands
// in.
TypicalChange FindTypicalChange(const std::vector<FunctionSeries>& functions, const Series& total, Sides sides);

}  // namespace analysis
