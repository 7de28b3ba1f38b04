#include "analysis/trace/recent_runs.h"

#include <algorithm>

namespace analysis {

void RecentRuns::SeeBegin(model::ProcId proc, model::GoroutineId goroutine, model::FunctionId start, model::Time now) {
  procs_[proc].now = {.goroutine = goroutine, .start = start, .begin = now, .end = now};
}

void RecentRuns::SeeEnd(const StateSpan& running, model::FunctionId start) {
  Proc& proc = procs_[running.proc];
  const Run run{.goroutine = running.goroutine, .start = start, .begin = running.begin, .end = running.end};
  if (proc.now.goroutine == running.goroutine) proc.now = {};
  if (proc.ring.size() < kRemembered) {
    proc.ring.push_back(run);
    return;
  }
  proc.ring[proc.next] = run;
  proc.next = (proc.next + 1) % kRemembered;
}

std::map<model::FunctionId, int64_t> RecentRuns::Within(model::Time begin, model::Time end) const {
  std::map<model::FunctionId, int64_t> time;
  const auto add = [&](const Run& run, model::Time run_end) {
    const int64_t ns = std::min(run_end, end) - std::max(run.begin, begin);
    if (ns > 0) time[run.start] += ns;
  };
  for (const auto& [id, proc] : procs_) {
    for (const Run& run : proc.ring) add(run, run.end);
    if (proc.now.goroutine != model::kNoGoroutine) add(proc.now, end);
  }
  return time;
}

}  // namespace analysis
