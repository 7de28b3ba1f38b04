#include "analysis/trace/critical_path.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/frame_text.h"
#include "analysis/trace/path_graph.h"
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

namespace {

// "g2 Running 67: at most 48 then g3, 48 if all are needed" for each place of the longest path.
std::string Savings(std::string_view script) {
  const auto source = test_support::TraceScript(script);
  const auto paths = analysis::FindCriticalPaths(*source, {.task = "job", .region = "", .goroutine = {}});
  const auto who = [](const std::optional<analysis::PathPart>& part) {
    return part ? fmt::format(" then g{} {}", part->goroutine, model::Name(part->state)) : std::string();
  };
  std::string text;
  for (const analysis::PathSaving& row : paths.savings) {
    text += fmt::format("g{} {} {}: at most {}{}", row.example.goroutine, model::Name(row.example.state), row.on_path_ns,
                        row.at_most_ns, who(row.then));
    if (row.if_all_needed_ns != row.at_most_ns)
      text += fmt::format(", {}{} if all are needed", row.if_all_needed_ns, who(row.other));
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a branch saves as much as makes it as fast as the next one, or as the goroutine that waits for it") {
  // g1 waits for g3, computes a little, then waits for g2. Without g2's work it would be done with g3 and that at 42.
  CHECK(Savings(R"(
      0 sync
      0 g1 was running on p0
     10 g1 task 5 job
     20 g1 create g2 main.long @ main.job
     21 g1 create g3 main.short @ main.job
     22 g1 wait "chan receive" @ main.first;runtime.chanrecv1
     23 g2 run on p1
     24 g3 run on p2
     40 g3 wake g1 @ main.short;runtime.chansend1
     41 g1 run on p0
     42 g1 wait "chan receive" @ main.second;runtime.chanrecv1
     90 g2 wake g1 @ main.long;runtime.chansend1
     90 g2 exit
     92 g1 run on p0
    100 g1 endtask 5
  )") == "g2 Running 67: at most 48 then g3 Running\n"
         "g1 Running 10: at most 10\n"
         "g1 Running 8: at most 8\n"
         "g2 Runnable 3: at most 3\n"
         "g1 Runnable 2: at most 2\n");
}

TEST_CASE("a goroutine of the work that ended without waking anybody may have been needed: both savings are said") {
  // As with a WaitGroup: only the last Done() wakes.
  CHECK(Savings(R"(
      0 sync
      0 g1 was running on p0
     10 g1 task 5 job
     20 g1 create g2 main.long @ main.job
     20 g1 create g3 main.short @ main.job
     20 g1 wait "sync" @ main.job;sync.(*WaitGroup).Wait
     20 g2 run on p1
     20 g3 run on p2
     40 g3 exit
     90 g2 wake g1 @ main.long;sync.(*WaitGroup).Done
     90 g2 exit
     90 g1 run on p0
    100 g1 endtask 5
  )") == "g2 Running 70: at most 70, 50 then g3 Running if all are needed\n"
         "g1 Running 20: at most 20\n");
}

TEST_CASE("the longest of a type alone: nothing of the others is in its sums") {
  const auto source = test_support::TraceScript(R"(
      0 sync
      0 g1 was running on p0
     10 g1 task 5 job
     20 g1 endtask 5
     30 g1 task 6 job
     35 g1 wait "sleep" @ main.job;time.Sleep
     60 - wake g1
     60 g1 run on p0
     70 g1 endtask 6
     80 g1 task 7 job
     85 g1 endtask 7
  )");
  const auto paths = analysis::FindCriticalPaths(
      *source, {.task = "job", .region = "", .goroutine = {}, .from_ns = {}, .to_ns = {}, .only_worst = true});
  CHECK(paths.count == 3);
  CHECK(paths.worst->id == 6);
  REQUIRE(paths.sums.size() == 2);
  CHECK(paths.sums[0].ns == 25);
  CHECK(paths.sums[1].ns == 15);
}

TEST_CASE("the checkouts could have paid as fast as they reserve stock, and no faster: in every Go version") {
  const std::string folder = std::string(test_support::kSourceDir) + "/fixtures/tasks/";
  for (const char* version : {"1.22", "1.23", "1.25", "1.26", "1.27"}) {
    CAPTURE(version);
    const auto saving = [&](const std::string& task, const char* region) {
      const auto source = proto::ReadTrace(fmt::format("{}go{}.trace", folder, version));
      const auto paths = analysis::FindCriticalPaths(*source, {.task = task, .region = "", .goroutine = {}});
      for (const analysis::PathSaving& row : paths.savings) {
        const bool is_it = source->symbols().text(row.example.region) == region;
        if (is_it && row.example.resource == analysis::Resource::kSleep) {
          return std::pair(row, row.then ? std::string(source->symbols().text(row.then->region)) : "");
        }
      }
      return std::pair(analysis::PathSaving(), std::string());
    };
    // Of the longest, by the program's constants: to ask the second provider takes 25 ms with nothing beside it.
    for (const char* region : {"ask second provider", "charge card", "ship"}) {
      const auto [row, then] = saving("checkout", region);
      CHECK(row.on_path_ns > 3'000'000);
      CHECK(row.at_most_ns == row.on_path_ns);
      CHECK(then == "");
    }
    // Of the others: 15 ms beside the 5 ms of reserving stock.
    const auto source = proto::ReadTrace(fmt::format("{}go{}.trace", folder, version));
    const auto typical = analysis::FindCriticalPaths(*source, {.task = "checkout", .region = "", .goroutine = {}}).typical;
    const auto [row, then] = saving(std::to_string(typical->id), "charge card");
    CHECK(static_cast<double>(row.at_most_ns) == doctest::Approx(10e6).epsilon(0.2));
    CHECK(then == "reserve stock");
  }
}

TEST_CASE("with nothing made faster, every task ends when it did") {
  const std::string folder = std::string(test_support::kSourceDir) + "/fixtures/";
  size_t tasks = 0;
  for (const char* name :
       {"tasks/go1.22.trace", "tasks/go1.25.trace", "tasks/go1.27.trace", "healthy_server/go1.26.trace"}) {
    CAPTURE(name);
    const auto source = proto::ReadTrace(folder + name);
    analysis::PathHistory history(*source);
    std::map<int64_t, model::Event> open;
    for (auto batch = source->Next(); !batch.empty(); batch = source->Next()) {
      for (const model::Event& event : batch) {
        history.See(event);
        if (event.kind == model::EventKind::kTaskBegin) open[event.subject] = event;
        if (event.kind != model::EventKind::kTaskEnd || !open.contains(event.subject)) continue;
        const model::Event& begin = open[event.subject];
        const analysis::PathGraph graph(history, begin.goroutine, event.goroutine, begin.time, event.time,
                                        [](const analysis::PathPart&) { return size_t{0}; });
        REQUIRE(graph.is_whole());
        for (const auto others : {analysis::Others::kIgnored, analysis::Others::kNeeded}) {
          const auto times = graph.Without(analysis::PathGraph::kNowhere, others);
          CHECK(analysis::PathGraph::End(times) == event.time);
        }
        ++tasks;
      }
    }
  }
  CHECK(tasks >= 48);
}
