#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "analysis/trace/state_spans.h"

namespace analysis {

// What the procs ran lately: the last kRemembered runs of each, in bounded memory, to be asked about a stretch that has just
// ended.
class RecentRuns {
 public:
  static constexpr size_t kRemembered = 128;

  struct Run {
    model::GoroutineId goroutine = model::kNoGoroutine;
    model::FunctionId start;
    model::Time begin = 0;
    model::Time end = 0;
  };

  void SeeBegin(model::ProcId proc, model::GoroutineId goroutine, model::FunctionId start, model::Time now);
  void SeeEnd(const StateSpan& running, model::FunctionId start);

  // Time per start function inside of [begin, end], over all procs, runs that are still on too.
  std::map<model::FunctionId, int64_t> Within(model::Time begin, model::Time end) const;
  size_t procs() const { return procs_.size(); }

 private:
  struct Proc {
    std::vector<Run> ring;
    size_t next = 0;
    Run now;  // goroutine kNoGoroutine: idle
  };
  std::map<model::ProcId, Proc> procs_;
};

}  // namespace analysis
