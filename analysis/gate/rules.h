#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/gate/series.h"

// What a team wrote down: how much is too much, how sure one must be, and what is excused until when. docs/ci.md has the
// file's grammar; without a file the settings below are all there is.
namespace analysis {

enum class Grade { kFail, kWarn };

// How certain and how large a change must be. Both are wanted: a certain change may be worthless, a large one may be noise.
struct GateSettings {
  bool check_functions = true;  // every function, by its share of the total
  bool check_total = true;
  std::string value_type;    // of these two; empty = the profile's default
  double alpha = 0.005;      // chance of a false alarm by any function, and by the total
  double rank_alpha = 0.05;  // from 4 runs a side on, the rank test must agree with this
  double own_alpha = 0.001;  // and a t-test by the function's own spread, which what is usual can't make small, with this
  double min_growth = 0.10;  // of the function itself
  double min_share = 0.01;   // of the total
  double min_total_growth = 0.10;
  double min_total_time_growth = 0.20;  // of CPU time and delays: machines differ from hour to hour
  double min_samples = 100;             // a side; with fewer nothing can be told
  double assumed_spread = 0.10;        // of a function's share from run to run, where fewer than 4 runs a side don't show it
  double assumed_total_spread = 0.15;  // of a total, likewise
};

struct Limit {
  double value = 0;
  bool is_relative = false;
  std::string text;  // as written: "20%", "1.5s"
};

struct Budget {
  // From kDeadlock on they are about execution traces.
  enum class Subject {
    kTotal,
    kFunction,
    kPackage,
    kGroup,
    kLabel,
    kLine,
    kDeadlock,
    kLeak,
    kContention,
    kTask,
    kRegion,
    kCollector,
    kLatency
  };
  std::string name;
  Subject subject = Subject::kTotal;
  std::string pattern;  // function, package, regular expression, label value, "file.go:12", task or region
  std::string label_key;
  std::string value_type;  // empty = the profile's default
  Measure measure = Measure::kFlat;
  double percentile = 0.99;  // of tasks, regions and the scheduler's latency
  std::optional<Limit> max;  // relative: a share of the total; else base units per run
  std::optional<Limit>
      max_growth;  // relative: of the share before (of the value before, for a total); else base units per run
  Grade grade = Grade::kFail;
};

struct Excuse {
  std::string name;
  std::string pattern;  // regular expression over function and budget names, of the whole name
  std::string reason;
  std::string expires;  // "2027-01-31", the last day on which it holds
};

struct GateRules {
  GateSettings settings;
  std::vector<Budget> budgets;
  std::vector<Excuse> excuses;
  std::string source;  // the file, for the report; empty = defaults
};

}  // namespace analysis
