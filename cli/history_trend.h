#pragma once

#include <string>

#include "analysis/store/history.h"
#include "analysis/store/trend_changes.h"
#include "cli/program.h"
#include "render/trend_plot.h"

namespace cli {

int RunHistoryTrend(Arguments arguments);

// "2026-11-21 11:43:24", UTC.
std::string When(int64_t nanos);

// One function, or the total where its name is empty, along a history, with its changes.
struct Trend {
  std::string name;
  std::string unit;  // of the value; "ratio" where it is a share
  std::vector<analysis::StoredRun> runs;
  std::vector<double> values;  // what the changes are looked for in: shares or values
  std::vector<analysis::TrendChange> changes;
};

render::TrendLine PlotOf(const Trend& trend);

}  // namespace cli
