#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/gate/run_table.h"
#include "analysis/gate/series.h"
#include "analysis/store/run_blob.h"
#include "analysis/store/sql_store.h"

// Performance over time: one SQLite file, or a database on a PostgreSQL server, with a row per recorded profile and its sums
// per stack. Function names and stacks are stored once for all runs; a run is two blobs of varints, of its stacks and of its
// functions (run_blob.h). Schema: docs/scale.md. A run is added whole or not at all, whatever kills the program.
namespace analysis {

// What is known of a run beside its samples. Empty texts are not known.
struct RunTags {
  std::string commit;
  std::string branch;
  std::string machine;
  std::string go_version;
  std::string outcome;  // "good", "bad" or empty: what the gate said of it
  std::vector<std::pair<std::string, std::string>> labels;
};

struct StoredRun {
  int64_t id = 0;
  std::string file;
  int64_t time_nanos = 0;  // when it was recorded; where the profile does not say, when it was added
  int64_t samples = 0;
  std::vector<std::pair<ValueTypeName, int64_t>> totals;
  RunTags tags;
};

// One point of a trend.
struct TrendPoint {
  StoredRun run;
  double value = 0;
  double share = 0;
};

struct TrendQuery {
  std::string function;    // empty = the total
  std::string value_type;  // empty = the last one of the first run
  std::string branch;      // empty = all
  Measure measure = Measure::kFlat;
};

// Every function that is large somewhere, along the same runs.
struct FunctionTrends {
  std::vector<StoredRun> runs;
  std::vector<double> total;
  std::map<std::string, std::vector<double>> functions;
};

struct Baseline {
  std::vector<StoredRun> runs;  // newest first
};

class History {
 public:
  // `where` is a file or a postgresql:// address. Checks what it opens: that it is ours, not of a newer version, and whole.
  // Older ones are brought up to date when opened for writing.
  History(const std::string& where, OpenFor purpose, std::chrono::milliseconds wait = kLockWait);

  int64_t Add(const RunTable& table, size_t run, const RunTags& tags);  // the run's id
  std::vector<StoredRun> List(const std::string& branch = "") const;    // by time, then id
  std::optional<StoredRun> Find(int64_t id) const;
  std::vector<TrendPoint> Trend(const TrendQuery& query) const;
  // Of all functions that have `least_share` of the total in some run; query.function is not looked at.
  FunctionTrends Trends(const TrendQuery& query, double least_share) const;
  // Functions of one run by value, largest first.
  struct FunctionSum {
    std::string name;
    int64_t flat = 0, cum = 0;
  };
  std::vector<FunctionSum> Functions(int64_t id, const std::string& value_type) const;
  // The last `count` runs of a branch that no gate called bad, added to a table.
  Baseline LoadBaseline(RunTable& table, const std::string& branch, size_t count) const;
  // Keeps the newest `keep` runs of each branch; returns how many were removed. Names and stacks nobody uses go, too.
  size_t Prune(size_t keep);

 private:
  void ForEachRun(const TrendQuery& query,
                  const std::function<void(const StoredRun&, size_t type, const RunRows& functions)>& each) const;
  void AddTypes(const RunTable& table, const Run& run, int64_t id);

  std::unique_ptr<SqlStore> database_;
};

}  // namespace analysis
