#include <doctest/doctest.h>

#include <map>
#include <string>

#include "analysis/trace/trace_summary.h"
#include "tests/support/trace_script.h"

namespace {

using Counts = std::map<std::string, uint64_t>;
using analysis::TraceSummary;
using model::GoState;

TraceSummary SummaryOf(std::string_view script) { return analysis::Summarise(*test_support::TraceScript(script)); }

int64_t At(const std::array<int64_t, analysis::kGoStateCount>& ns, GoState state) { return ns[static_cast<size_t>(state)]; }

TEST_CASE("intervals that ended and those that did not add up to each goroutine's life") {
  const TraceSummary summary = SummaryOf(R"(
0 sync
0 g1 was running on p0
10 g1 create g2 main.worker @ main.main
15 g2 run on p1
25 g2 wait "chan receive" @ main.worker
45 g1 wake g2 @ main.main
50 g2 run on p1
60 g2 wait "sync" @ main.worker
100 g1 exit
)");
  CHECK(At(summary.state_ns, GoState::kRunning) == 100 + 10 + 10);
  CHECK(At(summary.state_ns, GoState::kRunnable) == 5 + 5);
  CHECK(At(summary.state_ns, GoState::kWaiting) == 20);
  CHECK(At(summary.open_ns, GoState::kWaiting) == 40);
  CHECK(summary.wait_ns_by_reason == std::map<std::string, int64_t>{{"chan receive", 20}});
  CHECK(summary.blocked_at_end == Counts{{"main.worker [sync]", 1}});
  CHECK(summary.goroutines_created_by_start_func == Counts{{"main.worker", 1}});
  CHECK(summary.goroutines == 2);
  CHECK(summary.goroutines_ended == 1);
  CHECK(summary.duration_ns == 100);
}

TEST_CASE("a goroutine that is only found waiting has waited since the trace began") {
  const TraceSummary summary = SummaryOf(R"(
0 sync
0 g1 was running on p0
90 g2 was waiting @ main.f
100 g1 exit
)");
  REQUIRE(summary.open_waits.size() == 1);
  CHECK(summary.open_waits[0].total_ns == 100);
  CHECK(summary.blocked_at_end == Counts{{"main.f []", 1}});
}

TEST_CASE("tasks and regions that are not over are counted") {
  const TraceSummary summary = SummaryOf(R"(
0 sync
0 g1 was running on p0
1 g1 task 7 checkout
2 g1 region 7 check
3 g1 region 7 pay
4 g1 endregion 7 pay
5 g1 log 7 order "12"
6 g1 task 8 refund
7 g1 endtask 8
)");
  CHECK(summary.tasks_begun == Counts{{"checkout", 1}, {"refund", 1}});
  CHECK(summary.tasks_open == 1);
  CHECK(summary.regions_begun == Counts{{"check", 1}, {"pay", 1}});
  CHECK(summary.regions_open == 1);
  CHECK(summary.logs == Counts{{"order", 1}});
}

TEST_CASE("ranges are counted and timed by name") {
  const TraceSummary summary = SummaryOf(R"(
0 sync
0 g1 was running on p0
1 g1 begin "GC mark assist"
4 g1 end "GC mark assist"
5 g1 begin "GC mark assist"
)");
  REQUIRE(summary.ranges.contains("GC mark assist"));
  CHECK(summary.ranges.at("GC mark assist").count == 2);
  CHECK(summary.ranges.at("GC mark assist").total_ns == 3);
}

}  // namespace
