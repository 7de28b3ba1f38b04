#include "analysis/trace/proc_utilisation.h"

#include <doctest/doctest.h>

#include "tests/support/trace_script.h"

namespace {

constexpr const char* kTrace = R"script(
    0 sync
    0 metric /sched/gomaxprocs:threads 2
    0 p0 run
    0 g1 was running on p0
 1000 g1 create g2 main.worker @ main.main
 2000 p1 run
 2000 g2 run on p1
 3000 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
 3000 p1 idle
 5000 g1 wake g2 @ main.main;sync.(*Mutex).Unlock
 6000 p1 run
 7000 g2 run on p1
10000 g1 preempt @ main.main
)script";

analysis::ProcUtilisation TraceMeasure(const char* script, const analysis::TraceFilterOptions& asked = {}) {
  const auto source = test_support::TraceScript(script);
  analysis::TraceFilter filter(asked, *source);
  return MeasureProcs(*source, filter);
}

}  // namespace

TEST_CASE("procs: time with a goroutine, idle time, and idle time while a goroutine was ready") {
  const auto procs = TraceMeasure(kTrace);
  CHECK(procs.gomaxprocs == 2);
  CHECK(procs.capacity_ns == 2 * 10'000);
  CHECK(procs.procs.at(0).running == 10'000);
  CHECK(procs.procs.at(1).running == 1'000 + 3'000);
  CHECK(procs.procs.at(1).idle == 3'000);
  CHECK(procs.idle_while_ready_ns == 1'000 + 1'000);  // 1000..2000 before p1 was there, and 5000..6000
  CHECK(procs.ready_and_idle_ns == 2'000);
  int64_t running = 0, wasted = 0;
  for (const auto& row : procs.over_time.rows()) {
    for (const auto& [proc, ns] : row.running) running += ns;
    wasted += row.idle_while_ready;
  }
  CHECK(running == 14'000);
  CHECK(wasted == 2'000);
}

TEST_CASE("procs: a window counts what lies in it") {
  const auto procs = TraceMeasure(kTrace, {.from_ns = 2'500, .to_ns = 5'500});
  CHECK(procs.capacity_ns == 2 * 3'000);
  CHECK(procs.procs.at(0).running == 3'000);
  CHECK(procs.procs.at(1).running == 500);
  CHECK(procs.procs.at(1).idle == 2'500);
  CHECK(procs.idle_while_ready_ns == 500);
}

TEST_CASE("procs: a system call that lost its proc is a hand-off, one that came back in time is not") {
  const auto procs = TraceMeasure(R"(
    0 sync
    0 metric /sched/gomaxprocs:threads 1
    0 p0 run
    0 g1 was running on p0
   10 g1 syscall @ main.main;syscall.read
   15 g1 return
   15 g1 run on p0
   20 g1 syscall @ main.main;syscall.read
   40 p0 idle
   90 g1 return
  )");
  CHECK(procs.procs.at(0).syscalls == 2);
  CHECK(procs.procs.at(0).handed_off == 1);
  CHECK(procs.procs.at(0).syscall == 5 + 20);
}
