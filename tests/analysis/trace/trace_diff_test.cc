#include "analysis/trace/trace_diff.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/trace_script.h"

namespace {

using analysis::MeasureChange;
using analysis::MeasureKind;
using analysis::TraceMeasures;

// A worker that takes a lock every millisecond and waits `wait_ns` for it, give or take.
TraceMeasures Recording(int64_t wait_ns, int rounds = 200) {
  std::string script = "0 sync\n0 g1 was running on p0\n0 g2 was running on p1\n";
  int64_t at = 0;
  for (int round = 0; round < rounds; ++round) {
    at = int64_t{1'000'000} * (round + 1);
    const int64_t wait = wait_ns + (round * 7919) % (wait_ns / 5);
    script += fmt::format("{} g2 region 0 pay\n", at);
    script += fmt::format("{} g2 wait \"sync\" @ main.worker;sync.(*Mutex).Lock\n", at + 10);
    script += fmt::format("{} g1 wake g2 @ main.main;sync.(*Mutex).Unlock\n", at + 10 + wait);
    script += fmt::format("{} g2 run on p1\n", at + 20 + wait);
    script += fmt::format("{} g2 endregion 0 pay\n", at + 30 + wait);
  }
  const auto source = test_support::TraceScript(script);
  return analysis::MeasureTrace(*source, {.begin = 0, .end = at + 1'000'000});
}

const analysis::MeasureRow* Find(const analysis::TraceDiff& diff, MeasureKind kind, const std::string& name) {
  for (const auto& row : diff.rows) {
    if (row.kind == kind && row.name == name) return &row;
  }
  return nullptr;
}

size_t Changed(const analysis::TraceDiff& diff) {
  size_t changed = 0;
  for (const auto& row : diff.rows) changed += row.change != MeasureChange::kSame;
  return changed;
}

}  // namespace

TEST_CASE("what is measured of a trace: waits by line, regions, scheduler latency") {
  const TraceMeasures measured = Recording(100'000, 3);
  const auto& site = measured.rows.at({MeasureKind::kSites, "mutex in main.worker"});
  CHECK(site.count == 3);
  CHECK(site.time == 3 * 100'000 + 7919 + 15838);
  const auto& latency = measured.rows.at({MeasureKind::kLatency, "all"});
  CHECK(latency.count == 3);
  CHECK(latency.time == 30);
  int64_t spread = 0;
  for (const auto& block : site.blocks) spread += block.time;
  CHECK(spread == site.time);
}

TEST_CASE("two recordings of the same are no change, whatever their length") {
  CHECK(Changed(analysis::CompareTraces({Recording(100'000)}, {Recording(101'000)}, {})) == 0);
  CHECK(Changed(analysis::CompareTraces({Recording(100'000, 200)}, {Recording(100'000, 100)}, {})) == 0);
}

TEST_CASE("a lock that is waited for three times as long is found, at its line and in the region around it") {
  const auto diff = analysis::CompareTraces({Recording(100'000)}, {Recording(300'000)}, {});
  const auto* site = Find(diff, MeasureKind::kSites, "mutex in main.worker");
  REQUIRE(site != nullptr);
  CHECK(site->change == MeasureChange::kChanged);
  CHECK(site->ratio == doctest::Approx(3).epsilon(0.05));
  CHECK(Find(diff, MeasureKind::kRegions, "pay")->change == MeasureChange::kChanged);
  CHECK(Find(diff, MeasureKind::kLatency, "all")->change == MeasureChange::kSame);
  CHECK(analysis::TraceDiffReport(diff, 20).found);
}

TEST_CASE("from four recordings a side on, recordings are held against recordings, and smaller changes count") {
  std::vector<TraceMeasures> before, after, same;
  for (int run = 0; run < 6; ++run) {
    before.push_back(Recording(100'000 + run * 1000, 60));
    same.push_back(Recording(100'500 + run * 1000, 60));
    after.push_back(Recording(130'000 + run * 1000, 60));
  }
  const auto diff = analysis::CompareTraces(before, after, {.alpha = 0.05});
  CHECK(diff.is_by_runs);
  CHECK(Find(diff, MeasureKind::kSites, "mutex in main.worker")->change == MeasureChange::kChanged);
  CHECK(Changed(analysis::CompareTraces(before, same, {.alpha = 0.05})) == 0);
}

TEST_CASE("a wait that is not there any more is gone, one that was not there is new") {
  const auto quiet = test_support::TraceScript("0 sync\n0 g1 was running on p0\n200000000 g1 region 0 x\n");
  const TraceMeasures none = analysis::MeasureTrace(*quiet, {.begin = 0, .end = 200'000'000});
  const auto gone = analysis::CompareTraces({Recording(100'000)}, {none}, {});
  CHECK(Find(gone, MeasureKind::kSites, "mutex in main.worker")->change == MeasureChange::kGone);
  const auto added = analysis::CompareTraces({none}, {Recording(100'000)}, {});
  CHECK(Find(added, MeasureKind::kSites, "mutex in main.worker")->change == MeasureChange::kNew);
}

TEST_CASE("a marker log is found in category and text, with the time of the trace's begin") {
  const auto source = test_support::TraceScript(R"(
  100 sync
  100 g1 was running on p0
  130 g1 log 0 phase "warm"
  150 g1 log 0 phase "steady"
  190 g1 log 0 phase "steady"
  )");
  const analysis::TraceExtent extent = analysis::FindExtent(*source, "steady");
  CHECK(extent.marker == 50);
  CHECK(extent.length == 90);
}

namespace {

TraceMeasures Recorded(const char* side, int run) {
  const std::string path = test_support::FixturePath(fmt::format("trace_regression/go1.26.{}.{}.trace", side, run));
  const analysis::TraceExtent extent = analysis::FindExtent(*proto::ReadTrace(path), "");
  return analysis::MeasureTrace(*proto::ReadTrace(path), {.begin = 0, .end = extent.length});
}

std::vector<TraceMeasures> Recorded(const char* side, std::initializer_list<int> runs) {
  std::vector<TraceMeasures> measured;
  for (const int run : runs) measured.push_back(Recorded(side, run));
  return measured;
}

}  // namespace

TEST_CASE("runs of one program are no change, each against each") {
  for (const char* side : {"before", "after"}) {
    for (int a = 1; a <= 4; ++a) {
      for (int b = 1; b <= 4; ++b) {
        CAPTURE(side);
        CAPTURE(a);
        CAPTURE(b);
        const auto diff = analysis::CompareTraces({Recorded(side, a)}, {Recorded(side, b)}, {});
        for (const auto& row : diff.rows) {
          CAPTURE(row.name);
          CHECK(row.change == MeasureChange::kSame);
        }
      }
    }
  }
}

TEST_CASE("the change that was made is found between single runs, and between four and four") {
  const auto check = [](const analysis::TraceDiff& diff) {
    const auto* site = Find(diff, MeasureKind::kSites, "mutex in main.(*Till).pay");
    REQUIRE(site != nullptr);
    CHECK(site->change == MeasureChange::kChanged);
    CHECK(site->ratio > 2);
    CHECK(Find(diff, MeasureKind::kRegions, "pay")->change == MeasureChange::kChanged);
    CHECK(Find(diff, MeasureKind::kTasks, "car")->change == MeasureChange::kChanged);
  };
  for (int run = 1; run <= 4; ++run) check(analysis::CompareTraces({Recorded("before", run)}, {Recorded("after", run)}, {}));
  check(analysis::CompareTraces(Recorded("before", {1, 2, 3, 4}), Recorded("after", {1, 2, 3, 4}), {.alpha = 0.05}));
}
