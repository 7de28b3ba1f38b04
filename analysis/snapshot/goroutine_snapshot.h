#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/goroutine_dump.h"
#include "model/profile.h"

// Who was there at one moment, from a dump or from a goroutine profile, in a form in which two of them can be compared
// whatever they were read from. Goroutines that can't be told apart (same stack, state, creator, labels) are one row, so a
// million that wait at one place cost little more than their ids.
namespace analysis {

struct SnapshotFrame {
  std::string function;
  std::string file;
  int64_t line = 0;
  bool operator==(const SnapshotFrame&) const = default;
};

struct SnapshotRow {
  int64_t count = 0;
  std::vector<model::GoroutineId> ids;  // ascending; a profile has none
  std::string state;                    // "chan receive"; a profile has none
  std::vector<SnapshotFrame> frames;    // leaf first; inlined calls are frames of their own
  std::optional<SnapshotFrame> created_by;
  std::vector<std::pair<std::string, std::string>> labels;
  std::optional<int64_t> longest_minutes;  // of those that have waited for a minute or more
  int64_t leaked = 0;                      // so many were marked by the runtime
  bool is_locked_to_thread = false;
};

struct Snapshot {
  std::string cause;                         // of a dump: "panic: boom"
  bool has_goroutines_of_their_own = false;  // ids, states, creators: a dump or an instant of a trace
  bool is_of_trace = false;                  // states in a trace's words; creators of those older than it are not known
  std::vector<SnapshotRow> rows;
  int64_t goroutines = 0;
  model::Warnings warnings;
};

Snapshot SnapshotOf(const model::GoroutineDump& dump);

// Of a goroutine profile. Throws UsageError for a profile of anything else.
Snapshot SnapshotOf(const model::Profile& profile);

// Leaf first, inlined calls one by one.
std::vector<SnapshotFrame> FramesOf(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack);

// How many frames at the leaf are the runtime's, sync's and the like: the program's own line stands behind them. A dump and
// a profile differ in how many of these they show. All of them, if the program has none.
size_t LibraryFrames(const SnapshotRow& row);

// "main.(*Shop).notify.func1 main.go:47"
std::string FrameText(const SnapshotFrame& frame);

}  // namespace analysis
