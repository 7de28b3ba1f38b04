#pragma once

#include <string>
#include <vector>

#include "analysis/gate/comparison.h"
#include "analysis/gate/run_table.h"

// By which callers did it grow?
namespace analysis {

// Growth per run (mean after - mean before) of every stack row with everything below it, indexed by StackId.
std::vector<double> GrowthOfStacks(const RunTable& table, size_t value_type, Sides sides);

// The chain of callers through which most of the function's growth came, root first, the function last: at each step up the
// caller with the largest part of it, as long as that is at least half of the function's whole growth.
std::vector<std::string> GrowthPath(const RunTable& table, const std::vector<double>& growth, model::StringId function);

// How much of the growth below `outer` came through one of `inner` (indexed by name).
double GrowthThrough(const RunTable& table, const std::vector<double>& growth, model::StringId outer,
                     const std::vector<bool>& inner);

}  // namespace analysis
