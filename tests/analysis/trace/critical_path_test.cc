#include "analysis/trace/critical_path.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/frame_text.h"
#include "proto/formats.h"
#include "tests/support/places.h"
#include "tests/support/trace_script.h"

namespace {

std::string Parts(const analysis::CriticalPath& path) {
  std::string text;
  model::Time at = path.begin;
  for (const analysis::PathPart& part : path.parts) {
    CHECK(part.begin == at);
    at = part.end;
    text += fmt::format("g{} {} {}\n", part.goroutine, model::Name(part.state), part.duration());
  }
  CHECK(at == path.end);
  return text;
}

std::string WorstOf(std::string_view script, const analysis::PathTarget& target) {
  const auto source = test_support::TraceScript(script);
  const auto paths = analysis::FindCriticalPaths(*source, target);
  return paths.worst ? Parts(*paths.worst) : "none";
}

}  // namespace

TEST_CASE("a goroutine that was started for the task is followed back to its start") {
  // g1 starts g2 (long) and g3 (short), waits for g3 first: g3 is never what took long.
  CHECK(WorstOf(R"(
      0 sync
      0 g1 was running on p0
     10 g1 task 5 job
     20 g1 create g2 main.long @ main.job
     21 g1 create g3 main.short @ main.job
     22 g1 wait "chan receive" @ main.job;runtime.chanrecv1
     23 g2 run on p1
     24 g3 run on p2
     40 g3 wake g1 @ main.short;runtime.chansend1
     41 g1 run on p0
     42 g1 wait "chan receive" @ main.job;runtime.chanrecv1
     90 g2 wake g1 @ main.long;runtime.chansend1
     92 g1 run on p0
    100 g1 endtask 5
  )",
                {.task = "job", .region = "", .goroutine = {}}) ==
        "g1 Running 10\n"   // 10..20
        "g2 Runnable 3\n"   // 20..23
        "g2 Running 67\n"   // 23..90
        "g1 Runnable 2\n"   // 90..92
        "g1 Running 8\n");  // 92..100
}

TEST_CASE("a goroutine that serves others is followed only while it is waited for") {
  CHECK(WorstOf(R"(
      0 sync
      0 g1 was running on p0
      0 g9 was running on p1
     10 g1 task 5 job
     30 g1 wait "sync" @ main.job;sync.(*Mutex).Lock
     50 g9 wake g1 @ main.other;sync.(*Mutex).Unlock
     51 g1 run on p0
     60 g1 endtask 5
  )",
                {.task = "5", .region = "", .goroutine = {}}) ==
        "g1 Running 20\n"
        "g9 Running 20\n"
        "g1 Runnable 1\n"
        "g1 Running 9\n");
}

TEST_CASE("nobody can be followed for a timer: the wait is on the path") {
  CHECK(WorstOf(R"(
      0 sync
      0 g1 was running on p0
     10 g1 region 0 nap
     11 g1 wait "sleep" @ main.job;time.Sleep
     50 - wake g1
     51 g1 run on p0
     60 g1 endregion 0 nap
  )",
                {.task = "", .region = "nap", .goroutine = {}}) ==
        "g1 Running 1\n"
        "g1 Waiting 39\n"
        "g1 Runnable 1\n"
        "g1 Running 9\n");
}

namespace {

// What the fixture's program does by construction: steps with region, state and share, and what is never on the path.
void CheckAgainst(const nlohmann::json& expected, const analysis::CriticalPath& path, const model::EventSource& source) {
  const double length = static_cast<double>(path.duration());
  size_t at = 0;
  for (const auto& step : expected["chain"]) {
    int64_t ns = 0;
    const bool is_running = step["state"] == "running";
    for (; at < path.parts.size(); ++at) {
      const analysis::PathPart& part = path.parts[at];
      const bool is_step =
          source.symbols().text(part.region) == step["region"].get<std::string>() &&
          (is_running ? part.state == model::GoState::kRunning : part.resource == analysis::Resource::kSleep);
      if (is_step) ns += part.duration();
      if (!is_step && ns > 0) break;
    }
    CAPTURE(step.dump());
    CHECK(ns >= step["minimum_ns"].get<int64_t>());
    CHECK(static_cast<double>(ns) / length == doctest::Approx(step["share"].get<double>()).epsilon(0.15));
  }
  for (const auto& function : expected["not_on_path"]) {
    for (const analysis::PathPart& part : path.parts) {
      for (const model::LocationId frame : source.stacks().LeafFirst(part.stack)) {
        CHECK(analysis::FrameText(source.symbols(), frame).find(function.get<std::string>()) == std::string::npos);
      }
    }
  }
}

}  // namespace

TEST_CASE("the checkouts' critical path is the one they were written to have, in every Go version") {
  const std::string folder = std::string(test_support::kSourceDir) + "/fixtures/tasks/";
  const nlohmann::json expected = nlohmann::json::parse(std::ifstream(folder + "expect.json"));
  for (const char* version : {"1.22", "1.23", "1.25", "1.26", "1.27"}) {
    CAPTURE(version);
    const auto source = proto::ReadTrace(fmt::format("{}go{}.trace", folder, version));
    const auto paths = analysis::FindCriticalPaths(*source, {.task = "checkout", .region = "", .goroutine = {}});
    REQUIRE(paths.count == 8);
    Parts(*paths.typical);
    CheckAgainst(expected["critical_path"], *paths.typical, *source);
    CheckAgainst(expected["worst"], *paths.worst, *source);
    const auto has_log = [&](const model::Event& log) {
      return source->symbols().text(log.name) == expected["worst"]["log"];
    };
    CHECK(std::ranges::any_of(paths.worst->logs, has_log));
  }
}

TEST_CASE("of a part of the trace only the paths that lie in it count") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
     10 g1 task 5 job
     20 g1 endtask 5
     50 g1 task 6 job
     90 g1 endtask 6
    100 g1 preempt @ main.main
  )";
  CHECK(WorstOf(kScript, {.task = "job", .region = "", .goroutine = {}}) == "g1 Running 40\n");
  CHECK(WorstOf(kScript, {.task = "job", .region = "", .goroutine = {}, .from_ns = {}, .to_ns = 45}) == "g1 Running 10\n");
  CHECK(WorstOf(kScript, {.task = "job", .region = "", .goroutine = {}, .from_ns = 60, .to_ns = {}}) == "none");
}
