#include "analysis/trace/scheduler_latency.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/trace_script.h"

TEST_CASE("the longest wait for a proc comes with what ran instead") {
  const auto source = test_support::TraceScript(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.hog @ main.main;main.start
      2 g2 run on p1
      5 g1 create g3 main.poor @ main.main;main.start
     10 g1 wait "sleep" @ main.main;time.Sleep
     60 g2 exit
     85 g3 run on p1
     90 g3 preempt @ main.poor
     95 g3 run on p0
  )");
  analysis::TraceFilter filter({}, *source);
  const analysis::SchedulerLatency latency = analysis::MeasureLatency(*source, filter);
  CHECK(latency.all.count() == 3);
  CHECK(latency.all.total() == 1 + 80 + 5);
  CHECK(latency.by_cause.at("created").total() == 81);
  CHECK(latency.by_cause.at("preempted").total() == 5);
  CHECK(latency.by_proc.at(1).count() == 2);
  REQUIRE(!latency.worst.empty());
  const analysis::LatencyMoment& worst = latency.worst[0];
  CHECK(worst.span.goroutine == 3);
  CHECK(worst.span.begin == 5);
  REQUIRE(worst.instead.size() >= 1);
  CHECK(worst.instead[0].start_function == "main.hog");
  CHECK(worst.instead[0].ns == 55);
}
