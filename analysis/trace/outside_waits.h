#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/duration_distribution.h"
#include "analysis/frame_text.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/trace_filter.h"
#include "analysis/trace/wait_site.h"
#include "model/event_source.h"
#include "model/id_map.h"

// Waits that no goroutine of the program ends: for a timer, the network, a system call. A row for each kind, operation and
// line of the program.
namespace analysis {

enum class OutsideKind : uint8_t { kTimer, kNetwork, kSyscall };

struct OutsideWait {
  OutsideKind kind = OutsideKind::kTimer;
  // Timer: "sleep", or how the goroutine waits for it: "recv", "select". Network: "read", "write", "accept", "connect".
  // System call: the library's function that made it, "os.(*File).Sync".
  std::string operation;
  model::LocationId where = kNoFrame;  // innermost line outside of the standard library, or its outermost one
  DurationDistribution waits;          // that are over
  uint64_t open = 0;
  int64_t open_ns = 0;
  int64_t longest_open_ns = 0;
  std::vector<model::GoroutineId> waiting;  // at the end; ascending
  uint64_t goroutines = 0;
  uint64_t lost_proc = 0;  // system calls during which the proc was handed to others

  uint64_t count() const { return waits.count() + open; }
  int64_t total_ns() const { return waits.total() + open_ns; }
};

class OutsideWaits {
 public:
  // `spans` is shown each event first.
  OutsideWaits(const model::EventSource& source, TraceFilter& filter, const StateSpans& spans)
      : source_(&source), filter_(filter), spans_(spans), sites_(source) {}

  void See(const model::Event& event, const StateSpan* ended);  // each in order, with the span that it ended
  std::vector<OutsideWait> Finish();                            // by kind, then by total, then by name

 private:
  struct Place {
    std::string operation;
    model::LocationId where = kNoFrame;
  };
  struct Row {
    OutsideWait found;
    model::IdSet goroutines;
  };

  void Count(const StateSpan& span);
  std::optional<OutsideKind> KindOf(const StateSpan& span, const WaitSite& site) const;
  Row& RowOf(OutsideKind kind, const StateSpan& span);
  Place Read(OutsideKind kind, const StateSpan& span);

  const model::EventSource* source_;
  TraceFilter& filter_;
  const StateSpans& spans_;
  WaitSites sites_;
  model::IdMap<Row*> row_of_;  // of rows_: kind and stack
  std::map<std::tuple<OutsideKind, std::string, model::LocationId>, Row> rows_;
};

}  // namespace analysis
