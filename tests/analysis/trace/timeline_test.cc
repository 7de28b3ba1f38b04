#include "analysis/trace/timeline.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>

#include "analysis/trace/state_spans.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/trace_script.h"

namespace {

using model::LaneId;
using model::LaneKind;
using model::Timeline;
using model::TimelineLane;

Timeline LayOut(model::EventSource& source, const analysis::TimelineOptions& options = {},
                const analysis::TraceFilterOptions& asked = {}) {
  analysis::TraceFilter filter(asked, source);
  return LayOutTimeline(source, filter, options);
}

const TimelineLane* Find(const Timeline& timeline, LaneKind kind, int64_t subject, uint32_t row = 0) {
  for (const TimelineLane& lane : timeline.lanes) {
    if (lane.kind == kind && lane.subject == subject && lane.row == row) return &lane;
  }
  return nullptr;
}

// "begin-end name", spans separated by ", "
std::string Drawn(const Timeline& timeline, LaneKind kind, int64_t subject, uint32_t row = 0) {
  const TimelineLane* lane = Find(timeline, kind, subject, row);
  if (lane == nullptr) return "(no lane)";
  std::string text;
  for (const model::TimelineSpan& span : lane->spans) {
    text += fmt::format("{}{}-{} {}{}", text.empty() ? "" : ", ", span.begin, span.end, timeline.names[span.name],
                        span.is_open ? ".." : "");
  }
  return text;
}

constexpr const char* kTrace = R"script(
  100 sync
  100 g1 was running on p0
  110 g1 create g2 main.worker @ main.main
  120 g2 run on p1
  130 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
  140 g1 task 7 checkout
  141 g1 region 7 pay
  142 g1 region 7 check
  143 g1 log 7 order "twelve"
  150 g1 wake g2 @ main.main;sync.(*Mutex).Unlock
  160 g1 endregion 7 check
  161 g1 endregion 7 pay
  165 g1 endtask 7
  170 g2 run on p1
  180 - begin "stop-the-world (GC mark termination)"
  190 - end "stop-the-world (GC mark termination)"
  195 metric /memory/classes/heap/objects:bytes 4096
  200 g1 preempt @ main.main
)script";

}  // namespace

TEST_CASE(
    "a timeline has what procs ran, states of goroutines, regions in rows, tasks and stops, from the trace's begin on") {
  const auto source = test_support::TraceScript(kTrace);
  const Timeline timeline = LayOut(*source);
  CHECK(Drawn(timeline, LaneKind::kProc, 0) == "0-100 main.main");
  CHECK(Drawn(timeline, LaneKind::kProc, 1) == "20-30 main.worker, 70-100 main.worker..");
  CHECK(Drawn(timeline, LaneKind::kGoroutine, 2) ==
        "10-20 Runnable, 20-30 Running, 30-50 Waiting mutex, 50-70 Runnable, 70-100 Running..");
  CHECK(Drawn(timeline, LaneKind::kRegion, 1, 0) == "41-61 pay");
  CHECK(Drawn(timeline, LaneKind::kRegion, 1, 1) == "42-60 check");
  CHECK(Drawn(timeline, LaneKind::kStopTheWorld, 0) == "80-90 stop-the-world (GC mark termination)");
  const TimelineLane* worker = Find(timeline, LaneKind::kGoroutine, 2);
  CHECK(worker->name == "g2 main.worker");
  REQUIRE(worker->arrows.size() == 2);
  CHECK(worker->arrows[0].time == 10);
  CHECK(worker->arrows[0].is_creation);
  CHECK(worker->arrows[1].time == 50);
  CHECK(!worker->arrows[1].is_creation);
  CHECK(timeline.lanes[worker->arrows[1].from].name == "g1 main.main");
  CHECK(timeline.names[worker->spans[2].site] == "main.worker main.go");
  CHECK(worker->spans[2].subject == 1);
  const TimelineLane* main = Find(timeline, LaneKind::kGoroutine, 1);
  REQUIRE(main->marks.size() == 1);
  CHECK(timeline.names[main->marks[0].text] == "twelve");
  int tasks = 0;
  for (const TimelineLane& lane : timeline.lanes) {
    if (lane.kind != LaneKind::kTask) continue;
    ++tasks;
    CHECK(lane.name == "checkout");
    CHECK(lane.spans.at(0).begin == 40);
    CHECK(lane.spans.at(0).end == 65);
    CHECK(lane.spans.at(0).subject == 7);
  }
  CHECK(tasks == 1);
}

TEST_CASE("counters say how many goroutines were in which state") {
  const auto source = test_support::TraceScript(kTrace);
  std::map<std::string, std::string> counted;
  for (const model::TimelineCounter& counter : LayOut(*source).counters) {
    for (const auto& point : counter.points) counted[counter.name] += fmt::format("{}:{} ", point.time, point.last);
  }
  CHECK(counted["goroutines runnable"] == "0:0 10:1 20:0 50:1 70:0 100:1 ");
  CHECK(counted["goroutines running"] == "0:1 20:2 30:1 70:2 100:1 ");
  CHECK(counted["/memory/classes/heap/objects:bytes"] == "95:4096 ");
}

TEST_CASE("a proc that was taken from a system call shows what ran on it from then on") {
  const auto source = test_support::TraceScript(R"(
    0 sync
    0 g1 was running on p0
    0 g2 was runnable
    0 p0 run
   10 g1 syscall @ main.main;syscall.read
   30 p0 idle
   40 p0 run
   41 g2 run on p0
   60 g2 exit
   90 g1 return
  )");
  const Timeline timeline = LayOut(*source);
  CHECK(Drawn(timeline, LaneKind::kProc, 0).starts_with("0-10 main.main, 10-30 system call, 41-60 "));
}

TEST_CASE("neighbours shorter than the resolution are one span with the longest's name; long spans stay as they are") {
  constexpr const char* kScript = R"(
    0 sync
    0 g1 was running on p0
   10 g1 preempt
   11 g1 run on p0
   12 g1 preempt
   18 g1 run on p0
  100 g1 wait "chan receive" @ main.main;runtime.chanrecv1
  )";
  const auto source = test_support::TraceScript(kScript);
  CHECK(Drawn(LayOut(*source), LaneKind::kGoroutine, 1) ==
        "0-10 Running, 10-11 Runnable, 11-12 Running, 12-18 Runnable, 18-100 Running, 100-100 Waiting recv..");
  const auto again = test_support::TraceScript(kScript);
  const Timeline coarse = LayOut(*again, {.resolution_ns = 10});
  CHECK(Drawn(coarse, LaneKind::kGoroutine, 1) == "0-10 Running, 10-18 Runnable, 18-100 Running, 100-100 Waiting recv..");
  CHECK(Find(coarse, LaneKind::kGoroutine, 1)->spans[1].pieces == 3);
}

TEST_CASE("a goroutine's lane alone is drawn where it is asked for, in the window that is asked for") {
  const auto source = test_support::TraceScript(kTrace);
  const Timeline timeline = LayOut(*source, {}, {.from_ns = 25, .to_ns = 60, .goroutines = {2}});
  CHECK(Drawn(timeline, LaneKind::kGoroutine, 2) == "25-30 Running, 30-50 Waiting mutex, 50-60 Runnable");
  CHECK(Drawn(timeline, LaneKind::kGoroutine, 1) == "(no lane)");
  CHECK(timeline.begin_ns == 25);
  CHECK(timeline.end_ns == 60);
}

TEST_CASE("merging loses no time: each recording covers the same states, exact or with few spans") {
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
      CAPTURE(folder);
      CAPTURE(name);
      const std::string path = test_support::FixturePath(name);
      const auto exact_source = proto::ReadTrace(path);
      const Timeline exact = LayOut(*exact_source);
      const auto few_source = proto::ReadTrace(path);
      constexpr size_t kFew = 600;
      const Timeline few = LayOut(*few_source, {.limit = kFew});
      std::map<LaneKind, int64_t> exact_ns, few_ns;
      uint64_t pieces = 0;
      for (const TimelineLane& lane : exact.lanes) {
        int64_t end = 0;
        for (const model::TimelineSpan& span : lane.spans) {
          CHECK(span.begin >= end);
          CHECK(span.end >= span.begin);
          end = span.end;
          exact_ns[lane.kind] += span.covered;
        }
      }
      for (const TimelineLane& lane : few.lanes) {
        const bool is_short = lane.kind == LaneKind::kShortGoroutines;
        for (const model::TimelineSpan& span : lane.spans) {
          few_ns[is_short ? LaneKind::kGoroutine : lane.kind] += span.covered;
          if (!is_short) pieces += span.pieces;
        }
      }
      for (const LaneKind kind : {LaneKind::kProc, LaneKind::kThread, LaneKind::kGoroutine, LaneKind::kTask}) {
        CHECK(few_ns[kind] == exact_ns[kind]);
      }
      CHECK(exact.pieces == few.pieces);
      CHECK(pieces <= few.pieces);
    }
  }
}

TEST_CASE("the lanes of goroutines cover what their states last") {
  const std::string path = test_support::FixturePath("tasks/go1.26.trace");
  const auto source = proto::ReadTrace(path);
  std::map<model::GoroutineId, int64_t> lasted;
  analysis::StateSpans spans(*source);
  for (auto batch = source->Next(); !batch.empty(); batch = source->Next()) {
    for (const model::Event& event : batch) {
      if (const auto* span = spans.See(event)) lasted[span->goroutine] += span->duration();
    }
  }
  for (const analysis::StateSpan& span : spans.Open()) lasted[span.goroutine] += span.duration();
  const auto again = proto::ReadTrace(path);
  const Timeline timeline = LayOut(*again);
  for (const TimelineLane& lane : timeline.lanes) {
    if (lane.kind != LaneKind::kGoroutine) continue;
    int64_t covered = 0;
    for (const model::TimelineSpan& span : lane.spans) covered += span.covered;
    CAPTURE(lane.name);
    CHECK(covered == lasted[lane.subject]);
    lasted.erase(lane.subject);
  }
  CHECK(lasted.empty());
}
