#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/trace/trace_measures.h"
#include "model/report.h"

// What differs between two traces of a program, or two groups of them, and what of it is more than noise.
//
// Recordings are of unequal length, so rates are compared: time and number per second recorded, and the mean duration.
// Values of whole recordings are held against each other (WelchTest) where there are at least kRunsEnough a side, else those
// of the kBlocks stretches of each recording (MannWhitney). The latter knows how the program varies while it runs, but not
// how it varies from run to run, so a change must then be larger to be called one. p-values are corrected for the number of
// rows.
namespace analysis {

constexpr size_t kRunsEnough = 4;

struct TraceDiffSettings {
  double alpha = 0.01;
  std::optional<double> min_change;  // relative; without: 0.2 where recordings were compared, 0.5 where stretches were
  double min_time_share = 0.001;     // of time recorded: smaller changes of time are no reason to stop for
};

struct MeasureSide {
  uint64_t count = 0;
  uint64_t open = 0;
  double count_per_s = 0;
  double time_share = 0;  // time / time recorded; may pass 1, for many goroutines
  int64_t mean_ns = 0, p50_ns = 0, p99_ns = 0, max_ns = 0;
};

enum class MeasureChange { kSame, kChanged, kNew, kGone };
const char* Name(MeasureChange change);

struct MeasureRow {
  MeasureKind kind = MeasureKind::kGoroutines;
  std::string name;
  MeasureSide before, after;
  MeasureChange change = MeasureChange::kSame;
  double p_value = 1;    // corrected, the smallest of what was compared
  std::string compared;  // what of it changed most clearly: "time", "count", "mean"
  double ratio = 1;      // of that, after / before; 0 where it is gone, infinite where it is new
};

struct TraceDiff {
  std::vector<MeasureRow> rows;  // changed first; then by the change of time
  size_t before_runs = 0, after_runs = 0;
  int64_t before_ns = 0, after_ns = 0;
  bool is_by_runs = false;
  double min_change = 0;
};

TraceDiff CompareTraces(const std::vector<TraceMeasures>& before, const std::vector<TraceMeasures>& after,
                        const TraceDiffSettings& settings);
model::Report TraceDiffReport(const TraceDiff& diff, size_t rows_shown);

}  // namespace analysis
