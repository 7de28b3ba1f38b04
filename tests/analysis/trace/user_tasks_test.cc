#include "analysis/trace/user_tasks.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "proto/formats.h"
#include "tests/support/places.h"
#include "tests/support/trace_script.h"

TEST_CASE("a region's time is split into its goroutine's states") {
  const auto source = test_support::TraceScript(R"(
      0 sync
      0 g1 was running on p0
     10 g1 task 5 job
     12 g1 region 5 outer
     15 g1 region 5 inner
     20 g1 wait "sync" @ main.job;sync.(*Mutex).Lock
     50 - wake g1
     52 g1 run on p0
     55 g1 log 5 order "twelve"
     57 g1 endregion 5 inner
     60 g1 endregion 5 outer
     70 g1 endtask 5
     80 g1 task 6 job
     90 g1 preempt @ main.job
  )");
  const analysis::UserTasks tasks = analysis::FindUserTasks(*source, {});
  const analysis::RegionType& inner = tasks.regions.at("inner");
  CHECK(inner.durations.total() == 42);
  CHECK(inner.times.running == 10);
  CHECK(inner.times.waiting == 30);
  CHECK(inner.times.runnable == 2);
  const analysis::TaskType& job = tasks.tasks.at("job");
  CHECK(job.begun == 2);
  CHECK(job.ended == 1);
  CHECK(job.open == 1);
  CHECK(job.durations.total() == 60);
  CHECK(job.in_regions.running == 16);  // the outer one alone
  REQUIRE(tasks.slowest.size() == 1);
  CHECK(tasks.slowest[0].logs.size() == 1);
  REQUIRE(tasks.unfinished.size() == 1);
  CHECK(tasks.unfinished[0].id == 6);
}

TEST_CASE("tasks, regions and logs are as many and as long as the program was written to have them") {
  const std::string folder = std::string(test_support::kSourceDir) + "/fixtures/tasks/";
  const nlohmann::json expected = nlohmann::json::parse(std::ifstream(folder + "expect.json"));
  for (const char* version : {"1.22", "1.23", "1.25", "1.26", "1.27"}) {
    CAPTURE(version);
    const auto source = proto::ReadTrace(fmt::format("{}go{}.trace", folder, version));
    const analysis::UserTasks found = analysis::FindUserTasks(*source, {});
    const auto check = [](const nlohmann::json& row, const auto& type) {
      CAPTURE(row.dump());
      CHECK(type.begun == row["begun"].get<uint64_t>());
      CHECK(type.ended == row["ended"].get<uint64_t>());
      CHECK(type.open == type.begun - type.ended);
      if (row.contains("minimum_ns")) CHECK(type.durations.min() >= row["minimum_ns"].get<int64_t>());
    };
    for (const auto& row : expected["tasks"]) check(row, found.tasks.at(row["type"]));
    for (const auto& row : expected["regions"]) check(row, found.regions.at(row["type"]));
    for (const auto& row : expected["logs"]) CHECK(found.logs.at(row["category"]) == row["count"].get<uint64_t>());
  }
}

TEST_CASE("tasks can be picked by what they logged and how long they took") {
  const std::string path = std::string(test_support::kSourceDir) + "/fixtures/tasks/go1.26.trace";
  const auto source = proto::ReadTrace(path);
  const analysis::UserTasks found =
      analysis::FindUserTasks(*source, {.type = "payment", .min_ns = 20'000'000, .max_ns = {}, .log = "fallback"});
  CHECK(found.tasks.at("payment").ended == 1);
  CHECK(found.tasks.size() == 1);
}

TEST_CASE("tasks and regions of a part of the trace are those that began in it, and on the goroutine that is asked for") {
  const auto found = [](analysis::TaskOptions options) {
    const auto source = test_support::TraceScript(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
     10 g1 task 5 early
     12 g1 region 5 early
     20 g1 endregion 5 early
     30 g2 task 6 late
     32 g2 region 6 late
     40 g2 endregion 6 late
     50 g1 endtask 5
     60 g2 endtask 6
     90 g1 preempt @ main.job
    )");
    const analysis::UserTasks tasks = analysis::FindUserTasks(*source, options);
    std::string text;
    for (const auto& [name, type] : tasks.tasks) text += fmt::format("task {} {}/{} ", name, type.begun, type.ended);
    for (const auto& [name, type] : tasks.regions) text += fmt::format("region {} {}/{} ", name, type.begun, type.ended);
    return text + fmt::format("matched {}", tasks.matched);
  };
  CHECK(found({}) == "task early 1/1 task late 1/1 region early 1/1 region late 1/1 matched 4");
  CHECK(found({.from_ns = 25}) == "task late 1/1 region late 1/1 matched 2");
  CHECK(found({.to_ns = 25}) == "task early 1/1 region early 1/1 matched 2");
  CHECK(found({.goroutines = {2}}) == "task late 1/1 region late 1/1 matched 2");
  CHECK(found({.from_ns = 70}) == "matched 0");
  CHECK(found({.task = "late"}) == "task late 1/1 region late 1/1 matched 2");
  CHECK(found({.task = "5"}) == "task early 1/1 region early 1/1 matched 2");
  CHECK(found({.region = "late"}) == "task late 1/1 region late 1/1 matched 2");
  CHECK(found({.task = "late", .region = "early"}) == "matched 0");
}
