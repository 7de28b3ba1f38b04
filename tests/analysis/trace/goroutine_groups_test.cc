#include "analysis/trace/goroutine_groups.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/trace/goroutine_life.h"
#include "tests/support/trace_script.h"

namespace {

constexpr const char* kTrace = R"(
    0 sync
    0 g1 was running on p0
    5 g1 create g2 main.worker @ main.main;main.start
    5 g1 create g3 main.worker @ main.main;main.start
    6 g2 run on p1
   10 g2 begin "GC mark assist"
   14 g2 end "GC mark assist"
   16 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
   30 g1 wake g2 @ main.main;sync.(*Mutex).Unlock
   32 g2 run on p1
   33 g2 region 7 pay
   34 g2 log 7 order "twelve"
   40 g2 exit
   41 g3 run on p1
   50 g3 wait "chan receive" @ main.worker;runtime.chanrecv1
  100 g1 preempt @ main.main
)";

std::string Groups(analysis::GroupBy by, analysis::TraceFilterOptions options = {}) {
  const auto source = test_support::TraceScript(kTrace);
  analysis::TraceFilter filter(std::move(options), *source);
  std::string text;
  for (const auto& group : analysis::GroupGoroutines(*source, by, filter).groups) {
    text += fmt::format("{}: {} ({} ended) total {} running {} ready {} waiting {} ranges {}", group.name, group.count,
                        group.ended, group.times.total, group.times.running, group.times.runnable, group.times.waiting,
                        group.times.in_range.empty() ? 0 : group.times.in_range.begin()->second);
    for (const auto& [state, count] : group.states_at_end) text += fmt::format(", {} {}", count, state);
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("goroutines are grouped by what they were started with, and their states add up to their lives") {
  CHECK(Groups(analysis::GroupBy::kStart) ==
        "main.worker: 2 (1 ended) total 130 running 27 ready 39 waiting 64 ranges 4, 1 Waiting [recv]\n"
        "main.main: 1 (0 ended) total 100 running 100 ready 0 waiting 0 ranges 0, 1 Runnable\n");
}

TEST_CASE("or by who created them, or by the state they ended in") {
  CHECK(Groups(analysis::GroupBy::kCreator) ==
        "main.start main.go: 2 (1 ended) total 130 running 27 ready 39 waiting 64 ranges 4, 1 Waiting [recv]\n"
        "(older than the trace): 1 (0 ended) total 100 running 100 ready 0 waiting 0 ranges 0, 1 Runnable\n");
  CHECK(Groups(analysis::GroupBy::kState, {.goroutines = {3}}) ==
        "Waiting [recv]: 1 (0 ended) total 95 running 9 ready 36 waiting 50 ranges 0, 1 Waiting [recv]\n");
}

TEST_CASE("a time window cuts every state") {
  CHECK(Groups(analysis::GroupBy::kStart, {.from_ns = 10, .to_ns = 20, .start_function = "main.worker"}) ==
        "main.worker: 2 (1 ended) total 20 running 6 ready 10 waiting 4 ranges 4, 1 Waiting [recv]\n");
}

TEST_CASE("the life of one goroutine tiles its time and has its regions and logs") {
  const auto source = test_support::TraceScript(kTrace);
  const analysis::GoroutineLife life = analysis::FollowGoroutine(*source, 2);
  REQUIRE(life.is_found);
  model::Time at = life.origin.first_seen;
  for (const analysis::StateSpan& span : life.spans) {
    CHECK(span.begin == at);
    at = span.end;
  }
  CHECK(at == life.origin.ended);
  CHECK(life.notes.size() == 2);
  CHECK(LifeReport(life, *source, 100).answer ==
        "Goroutine 2, main.worker, created by g1 in main.start main.go at 5ns, ended at 40ns.");
}

TEST_CASE("goroutines are grouped by the label that the collector gives its workers") {
  const auto source = test_support::TraceScript(R"script(
    0 sync
    0 g1 was running on p0
    0 g2 was running on p1
   10 g2 label "GC (dedicated)"
   20 g1 preempt @ main.main
  )script");
  analysis::TraceFilter filter({}, *source);
  std::string text;
  for (const auto& group : analysis::GroupGoroutines(*source, analysis::GroupBy::kLabel, filter).groups) {
    text += fmt::format("{}: {}\n", group.name, group.count);
  }
  CHECK(text == "(no label): 1\nGC (dedicated): 1\n");
}
