#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/duration_distribution.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/trace_filter.h"
#include "model/event_source.h"
#include "model/report.h"

// Goroutines of one kind (one start function, one creator, one state at the end or one
// label), and what their time went into. Times of
// a goroutine are those of golang.org/x/exp/trace's summary: from its first mention on, states that are still on at the end
// included. Memory grows with live goroutines and kinds.
namespace analysis {

// Where one goroutine's time went. Running, runnable, waiting and syscall tile total; the rest are parts of them.
struct GoroutineTimes {
  int64_t total = 0;
  int64_t running = 0;
  int64_t runnable = 0;
  int64_t waiting = 0;
  int64_t syscall = 0;
  int64_t syscall_without_proc = 0;              // of syscall
  std::map<model::StringId, int64_t> by_reason;  // of waiting; the empty text: the trace gives none
  std::map<model::StringId, int64_t> in_range;   // "GC mark assist", "GC incremental sweep"; overlaps with the states

  void Add(const GoroutineTimes& other);
};

struct GoroutineExample {
  model::GoroutineId goroutine = model::kNoGoroutine;
  int64_t total = 0;
  int64_t running = 0;
};

enum class GroupBy { kStart, kCreator, kState, kLabel };
std::optional<GroupBy> ParseGroupBy(std::string_view text);  // "start", "creator", "state", "label"

struct GoroutineGroup {
  std::string name;
  uint64_t count = 0;
  uint64_t created = 0;                                             // in the trace
  uint64_t ended = 0;                                               // in the trace
  GoroutineTimes times;                                             // of all together
  DurationDistribution total, running, runnable, waiting, syscall;  // a duration per goroutine
  std::map<std::string, uint64_t> states_at_end;                    // of those that had not ended, "Waiting [select]"
  std::vector<GoroutineExample> longest;                            // by total
};

struct GoroutineGroups {
  GroupBy by = GroupBy::kStart;
  std::vector<GoroutineGroup> groups;  // by count, then name
  uint64_t goroutines = 0;
  uint64_t ended = 0;
  int64_t trace_ns = 0;
};

// `each`, where given, sees the times of each goroutine when it is over.
using EachGoroutine = std::function<void(model::GoroutineId goroutine, const GoroutineTimes& times)>;
GoroutineGroups GroupGoroutines(model::EventSource& source, GroupBy by, TraceFilter& filter, EachGoroutine each = nullptr);

model::Report GroupsReport(const GoroutineGroups& groups, const model::EventSource& source, size_t rows_shown);

}  // namespace analysis
