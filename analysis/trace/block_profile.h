#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/duration_distribution.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/trace_filter.h"
#include "analysis/trace/wait_site.h"
#include "model/event_source.h"
#include "model/id_map.h"
#include "model/profile.h"
#include "model/report.h"

// Where goroutines spent their time without running: on the network, on locks and channels, in system calls, or ready but
// without a proc. A row is a pair of stacks: who waited, and who ended it (for `sched`: who made it ready).
//
// `go tool trace -pprof=` shows only waits that both began and ended inside the trace, and none before the goroutine's first
// run; Count::kClosedOnly gives exactly its rows and numbers. The default counts the rest too and marks it: what is still
// waiting at the end is often all that one wants to know.
namespace analysis {

enum class BlockKind { kNet, kSync, kSyscall, kSched };
std::optional<BlockKind> ParseBlockKind(std::string_view text);  // "net", "sync", "syscall", "sched"
const char* Name(BlockKind kind);

enum class Count { kAll, kClosedOnly };

struct BlockRow {
  model::StackId stack;        // of the goroutine that waited; kClosedOnly: the stack that `go tool trace` shows
  model::StackId other_stack;  // of who ended a wait, or made ready; root = nobody, unknown, or not asked for
  Resource resource = Resource::kNone;
  DurationDistribution waits;  // closed, as far as they lie in what was asked for
  uint64_t open = 0;           // not over at the end
  int64_t open_ns = 0;         // so far
  uint64_t began_before = 0;   // of both: begun before the trace, so longer than known

  uint64_t count() const { return waits.count() + open; }
  int64_t total_ns() const { return waits.total() + open_ns; }
};

struct BlockProfile {
  BlockKind kind = BlockKind::kSync;
  Count counted = Count::kAll;
  std::vector<BlockRow> rows;  // by total, then site
  uint64_t goroutines = 0;     // that waited
  int64_t trace_ns = 0;
};

class BlockProfiler {
 public:
  BlockProfiler(BlockKind kind, Count count, const model::EventSource& source)
      : kind_(kind), count_(count), source_(&source), sites_(source) {}

  bool Wants(const StateSpan& span);
  // `part` is `span` or a piece of it; `origin` is the goroutine's.
  void See(const StateSpan& part, const GoroutineOrigin& origin);
  BlockProfile Finish(const StateSpans& spans);

 private:
  bool IsAskedFor(model::StringId reason);
  BlockRow& Row(const StateSpan& span);
  void SeeClosedOnly(const StateSpan& span, const GoroutineOrigin& origin);

  BlockKind kind_;
  Count count_;
  const model::EventSource* source_;
  WaitSites sites_;
  enum class Answer : uint8_t { kNotKnown, kNo, kYes };
  std::vector<Answer> reasons_;  // by StringId, as far as asked for
  std::vector<BlockRow> rows_;
  model::IdMap<uint32_t> row_of_;  // the two stacks -> row of rows_
  std::unordered_map<model::GoroutineId, std::vector<StateSpan>> before_first_run_;
  model::IdSet waited_;
};

// One pass over the source.
BlockProfile ProfileBlocking(model::EventSource& source, BlockKind kind, Count count, TraceFilter& filter);

model::Report BlockReport(const BlockProfile& profile, const model::EventSource& source, size_t rows_shown);

// As pprof: contentions/count and delay/nanoseconds. Where all waits are counted, those still open carry the label
// wait=open, and each sample the label woken_by.
model::Profile ToProfile(const BlockProfile& profile, const model::EventSource& source);

}  // namespace analysis
