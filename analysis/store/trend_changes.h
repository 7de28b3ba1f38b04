#pragma once

#include <string>
#include <vector>

#include "analysis/statistics/change_points.h"
#include "analysis/store/history.h"

// Where along the history did a number change its level, and between which commits?
namespace analysis {

struct TrendChange {
  std::string name;   // function; empty = the total
  size_t index = 0;   // the first run of the new level
  double before = 0;  // mean of the level before, as the series has it
  double after = 0;
  double p_value = 1;
  std::string last_good;  // commit of the run before it; where runs have none, "run 7"
  std::string first_new;  // the same where several runs of one commit were added: it changed inside of that commit
};

std::vector<TrendChange> FindTrendChanges(const std::string& name, const std::vector<double>& series,
                                          const std::vector<StoredRun>& runs, const ChangePointSettings& settings);

// Of the total and all functions along a history. The more functions there are, the surer each must be: max_p_value is
// divided by their number. Sorted by run, then by size, then by name.
std::vector<TrendChange> FindAllTrendChanges(const FunctionTrends& trends, bool as_share, ChangePointSettings settings);

// "between c4 and c5", "within c5"
std::string CommitRange(const TrendChange& change);

}  // namespace analysis
