#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/snapshot/goroutine_snapshot.h"
#include "model/report.h"

// The goroutines of one moment, like ones together: what to look at in a dump of thousands.
namespace analysis {

struct SnapshotGroupOptions {
  // What makes goroutines alike: "stack" (state, functions and lines), "function" (the same, lines may differ), "state",
  // "creator" (function that started them), "start" (their first function), or "label:KEY".
  std::string by = "stack";
  std::string focus;           // RE2: only goroutines with a function that matches
  std::string state;           // RE2: only goroutines in such a state
  int64_t longer_minutes = 0;  // only goroutines known to have waited so long
  std::string label;           // "KEY" or "KEY=VALUE": only goroutines with it
};

struct SnapshotGroup {
  std::string name;       // the state, creator, start or label's value; for stacks, the program's innermost frame
  SnapshotRow sum;        // of all; frames, creator and labels are those of its largest row
  bool is_mixed = false;  // the rows differ in their stacks
};

struct SnapshotGroups {
  std::vector<SnapshotGroup> groups;  // longest wait first, then the largest, then by name
  int64_t goroutines = 0;             // in them
  int64_t filtered = 0;               // left out by the options
  int64_t leaked = 0;
};

// Throws UsageError for options that can't be read.
SnapshotGroups GroupGoroutines(const Snapshot& snapshot, const SnapshotGroupOptions& options);

// `rows`: how many groups people see; 0 = all. Found: goroutines that the runtime has marked as leaked.
model::Report SnapshotReport(const Snapshot& snapshot, const SnapshotGroups& groups, size_t rows);

}  // namespace analysis
