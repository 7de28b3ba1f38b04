#include "analysis/trace/gc_cycles.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "proto/formats.h"
#include "tests/support/places.h"
#include "tests/support/trace_script.h"

namespace {

constexpr const char* kCollection = R"script(
    0 sync
    0 metric /sched/gomaxprocs:threads 2
    0 g1 was running on p0
    0 g3 was waiting @ runtime.gcBgMarkWorker
  100 - begin "stop-the-world (GC sweep termination)"
  110 - begin "GC concurrent mark phase"
  120 - end "stop-the-world (GC sweep termination)"
  130 - wake g3
  140 g3 run on p1
  140 g3 label "GC (dedicated)"
  150 g1 begin "GC mark assist"
  170 g1 end "GC mark assist"
  200 g3 wait "system goroutine wait" @ runtime.gcBgMarkWorker
  210 - wake g3
  220 g3 run on p1
  220 g3 label "GC (dedicated)"
  300 g3 wait "system goroutine wait" @ runtime.gcBgMarkWorker
  310 - begin "stop-the-world (GC mark termination)"
  315 - end "GC concurrent mark phase"
  330 - end "stop-the-world (GC mark termination)"
 1000 g1 preempt @ main.main
)script";

analysis::GcCycles Gc(std::string_view script, const analysis::UtilisationOptions& options = {}) {
  const auto source = test_support::TraceScript(script);
  return analysis::FindGcCycles(*source, options);
}

}  // namespace

TEST_CASE("a collection has its stops and its assists") {
  const analysis::GcCycles gc = Gc(kCollection);
  REQUIRE(gc.cycles.size() == 1);
  CHECK(gc.cycles[0].begin == 110);
  CHECK(gc.cycles[0].end == 315);
  CHECK(gc.cycles[0].stopped_ns == 20 + 20);
  CHECK(gc.cycles[0].assists == 1);
  CHECK(gc.cycles[0].assist_ns == 20);
  CHECK(gc.stops.size() == 2);
}

TEST_CASE("utilisation: both procs while the world is stopped, one for a mark worker, one for an assist") {
  // The collector's share: 20 ns x 2 procs, twice; the worker 60 + 80 ns x 1 proc; the assist 20 ns x 1, beside the worker.
  const analysis::GcCycles gc = Gc(kCollection);
  CHECK(gc.utilisation.Mean() == doctest::Approx(1 - (4 * 20 + 60 + 80 + 20) / 2000.0));
  CHECK(gc.utilisation.Minimum(20) == 0);
  CHECK(gc.utilisation.Minimum(40) ==
        doctest::Approx(0.25));  // 150..190: an assist beside the worker, then the worker alone
  CHECK(gc.utilisation.Minimum(1'000'000) == doctest::Approx(gc.utilisation.Mean()));
  const auto worst = gc.utilisation.Worst(20, 3);
  REQUIRE(worst.size() == 3);
  CHECK(worst[0].begin == 100);
}

TEST_CASE("quantiles of windows lie between the minimum and one, and the zeroth is the minimum") {
  const analysis::GcCycles gc = Gc(kCollection);
  const double shares[] = {0, 0.05, 0.5, 0.999};
  const auto found = gc.utilisation.Quantiles(100, shares);
  CHECK(found[0] == doctest::Approx(gc.utilisation.Minimum(100)));
  CHECK(std::ranges::is_sorted(found));
  CHECK(found[2] == doctest::Approx(1));
}

TEST_CASE("quantiles are of the time for which windows begin") {
  // Nothing is left in 100..110 of 0..1000: a window of 10 goes down to it in 10 ns and up again in 10, of 990.
  const analysis::UtilisationCurve curve({{{0, 1}, {100, 0}, {110, 1}, {1000, 0}}});
  const double shares[] = {0.01, 0.5};
  const auto found = curve.Quantiles(10, shares);
  CHECK(found[0] == doctest::Approx(0.01 * 990 / 20));
  CHECK(found[1] == doctest::Approx(1));
}

// Minima only: the quantiles that it shows are all the minimum, for it returns before it has counted anything.
TEST_CASE("the utilisation curves are go tool trace's, with its way of counting mark workers") {
  namespace fs = std::filesystem;
  size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(test_support::kSourceDir) / "tests/oracle/mmu")) {
    const std::string name = entry.path().stem().string();  // scenario.go1.26
    const size_t dot = name.find('.');
    const fs::path trace =
        fs::path(test_support::kSourceDir) / "fixtures" / name.substr(0, dot) / (name.substr(dot + 1) + ".trace");
    CAPTURE(trace.string());
    const nlohmann::json theirs = nlohmann::json::parse(std::ifstream(entry.path()));
    const auto check = [&](const char* which, analysis::UtilisationOptions options) {
      CAPTURE(which);
      options.as_go_tool = true;
      const auto source = proto::ReadTrace(trace.string());
      const analysis::GcCycles gc = analysis::FindGcCycles(*source, options);
      for (const auto& row : theirs[which]["curve"]) {
        const auto window = static_cast<int64_t>(row[0].get<double>());
        if (window <= 1) continue;  // where they answer 0 for every trace
        CAPTURE(window);
        CHECK(gc.utilisation.Minimum(window) == doctest::Approx(row[1].get<double>()).epsilon(1e-6));
        ++compared;
      }
    };
    check("plain", {});
    check("sweep", {.sweep = true});
    check("per_proc", {.per_proc = true});
    check("quantiles", {.background = false});
  }
  CHECK(compared >= 200);
}

TEST_CASE("of a part of the trace: the cycles that touch it, the stops that end in it, its utilisation") {
  constexpr const char* kScript = R"script(
    0 sync
    0 metric /sched/gomaxprocs:threads 1
    0 p0 run
    0 g1 was running on p0
  100 g1 begin "stop-the-world (GC sweep termination)"
  150 g1 end "stop-the-world (GC sweep termination)"
  800 g1 begin "stop-the-world (GC mark termination)"
  900 g1 end "stop-the-world (GC mark termination)"
 1000 g1 preempt @ main.main
)script";
  const auto part = [&](analysis::TraceFilterOptions window) {
    const auto source = test_support::TraceScript(kScript);
    return analysis::FindGcCycles(*source, {}, window);
  };
  CHECK(part({}).stops.size() == 2);
  const analysis::GcCycles late = part({.from_ns = 600, .to_ns = 1000});
  CHECK(late.stops.size() == 1);
  CHECK(late.trace_ns == 400);
  CHECK(late.utilisation.Mean() == doctest::Approx(0.75));  // 100 of 400 stopped
  CHECK(part({.from_ns = 200, .to_ns = 700}).utilisation.Mean() == doctest::Approx(1));
}
