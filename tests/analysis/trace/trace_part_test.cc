#include "analysis/trace/trace_part.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "analysis/trace/gc_cycles.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/trace_summary.h"
#include "model/input_error.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/trace_script.h"

namespace {

constexpr const char* kScript = R"script(
    100 sync
    100 g1 was running on p0
    110 g1 create g2 main.worker @ main.main;main.start
    120 g2 run on p1
    130 g2 wait "chan receive" @ main.worker;runtime.chanrecv1
    140 g1 begin "GC mark assist"
    160 g1 end "GC mark assist"
    170 g1 task 7 job
    180 g1 wake g2 @ main.main;runtime.chansend1
    190 g2 run on p1
    200 g1 preempt @ main.main
)script";

// "g2 Waiting 150-180" for each span, times since the part's begin.
std::string Spans(const analysis::TraceFilterOptions& window) {
  analysis::TracePart part("it", test_support::TraceScript(kScript), window);
  analysis::StateSpans spans(part);
  std::string text;
  const auto add = [&](const analysis::StateSpan& span) {
    text += fmt::format("g{} {} {}-{}{}\n", span.goroutine, Name(span.state), span.begin - spans.begin(),
                        span.end - spans.begin(), span.began_before ? " before" : "");
  };
  for (auto batch = part.Next(); !batch.empty(); batch = part.Next()) {
    for (const model::Event& event : batch) {
      if (const analysis::StateSpan* span = spans.See(event)) add(*span);
    }
  }
  for (const analysis::StateSpan& span : spans.Open()) add(span);
  return text + fmt::format("in {}", spans.end() - spans.begin());
}

}  // namespace

TEST_CASE("a part of a trace begins with what was so, and ends where it is told to") {
  CHECK(Spans({.from_ns = 50, .to_ns = 85}) ==
        "g2 Waiting 0-30 before\n"
        "g1 Running 0-35 before\n"
        "g2 Runnable 30-35\n"
        "in 35");
  CHECK(Spans({.to_ns = 25}) ==
        "g2 Runnable 10-20\n"
        "g1 Running 0-25 before\n"
        "g2 Running 20-25\n"
        "in 25");
}

TEST_CASE("what the runtime was doing when a part begins is known") {
  analysis::TracePart part("it", test_support::TraceScript(kScript), {.from_ns = 50});
  const analysis::GcCycles gc = analysis::FindGcCycles(part, {});
  CHECK(gc.assists.count() == 1);
  CHECK(gc.assists.total() == 10);  // 150..160
}

TEST_CASE("a part that begins behind the trace's end is refused") {
  CHECK_THROWS_WITH_AS(Spans({.from_ns = 101}), "it: --from 101ns: the trace is only 100ns long", model::UsageError);
}

// Of goroutines that were made in the trace. Older ones may be mentioned long after its begin and are then known to have
// been there all the time; a part that ends before does not know of them.
TEST_CASE("the parts of a recording are together as long as it is, state by state") {
  for (const std::string name :
       {"tasks/go1.21.trace", "tasks/go1.26.trace", "gc_heavy/go1.23.trace", "syscalls/go1.26.trace"}) {
    CAPTURE(name);
    const std::string path = test_support::FixturePath(name);
    std::set<model::GoroutineId> made;
    const auto add = [&](const analysis::TraceFilterOptions& window, std::map<std::string, int64_t>& sums) {
      analysis::TracePart part(path, proto::ReadTrace(path), window);
      analysis::StateSpans spans(part);
      const auto count = [&](const analysis::StateSpan& span) {
        if (made.contains(span.goroutine)) sums[Name(span.state)] += span.duration();
      };
      for (auto batch = part.Next(); !batch.empty(); batch = part.Next()) {
        for (const model::Event& event : batch) {
          if (event.kind == model::EventKind::kGoroutineState && event.from == model::GoState::kNotExist)
            made.insert(event.subject);
          if (const analysis::StateSpan* span = spans.See(event)) count(*span);
        }
      }
      for (const analysis::StateSpan& span : spans.Open()) count(span);
    };
    std::map<std::string, int64_t> whole, parts;
    add({}, whole);
    const int64_t middle = analysis::Summarise(*proto::ReadTrace(path)).duration_ns / 2;
    add({.to_ns = middle}, parts);
    add({.from_ns = middle}, parts);
    CHECK(whole.size() >= 3);
    CHECK(nlohmann::json(whole) == nlohmann::json(parts));
  }
}
