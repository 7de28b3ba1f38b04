#include "render/chrome_trace.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace {

model::Timeline Small() {
  model::Timeline timeline{.version = "go 1.26 trace", .end_ns = 30'001};
  const auto name = [&](const char* text) { return timeline.names.Intern(text); };
  model::TimelineLane main{.kind = model::LaneKind::kGoroutine, .subject = 1, .name = "g1 \"main\"\xff"};
  main.spans = {
      {.begin = 3, .end = 10'007, .subject = 0, .name = name("Running")},
      {.begin = 10'007, .end = 30'001, .subject = 2, .name = name("Waiting mutex"), .site = name("main.f a.go:1")}};
  main.marks = {{.time = 5000, .name = name("order"), .text = name("line\nbreak")}};
  model::TimelineLane worker{.kind = model::LaneKind::kGoroutine, .subject = 2, .name = "g2"};
  worker.spans = {{.begin = 5'000, .end = 6'000, .name = name("Runnable"), .pieces = 3}};
  const model::LaneId from = timeline.lanes.Add(main);
  worker.arrows = {{.time = 5'000, .from = from, .is_creation = true}};
  timeline.lanes.Add(worker);
  timeline.counters = {
      {.name = "runnable", .unit = "count", .points = {{.time = 1, .changed = 9, .largest = 4, .last = 2}}}};
  return timeline;
}

nlohmann::json Written(const model::Timeline& timeline) {
  std::string text;
  render::WriteChromeTrace(timeline, [&](std::string_view bytes) { text += bytes; });
  return nlohmann::json::parse(text);
}

}  // namespace

TEST_CASE("a timeline is Chrome's trace event JSON: microseconds, arrows in pairs, names that can't break it") {
  const nlohmann::json json = Written(Small());
  std::map<std::string, std::vector<nlohmann::json>> by_phase;
  for (const auto& event : json["traceEvents"]) by_phase[event["ph"]].push_back(event);
  CHECK(json["otherData"]["version"] == "go 1.26 trace");
  REQUIRE(by_phase["X"].size() == 3);
  CHECK(by_phase["X"][0]["name"] == "Running");
  CHECK(by_phase["X"][0]["ts"] == 0.003);
  CHECK(by_phase["X"][0]["dur"].get<double>() == doctest::Approx(10.004).epsilon(1e-12));
  CHECK(by_phase["X"][0]["args"]["proc"] == 0);
  CHECK(by_phase["X"][1]["args"] == nlohmann::json({{"ended_by_goroutine", 2}, {"at", "main.f a.go:1"}}));
  CHECK(by_phase["X"][2]["args"]["merged"] == 3);
  REQUIRE(by_phase["s"].size() == 1);
  REQUIRE(by_phase["f"].size() == 1);
  CHECK(by_phase["s"][0]["id"] == by_phase["f"][0]["id"]);
  CHECK(by_phase["s"][0]["tid"] == by_phase["X"][0]["tid"]);
  CHECK(by_phase["f"][0]["tid"] == by_phase["X"][2]["tid"]);
  CHECK(by_phase["i"][0]["args"]["text"] == "line\nbreak");
  REQUIRE(by_phase["C"].size() == 2);
  CHECK(by_phase["C"][0]["args"]["count"] == 4);
  CHECK(by_phase["C"][1]["args"]["count"] == 2);
  bool is_named = false;
  for (const auto& event : by_phase["M"]) is_named |= event["args"].value("name", "") == "g1 \"main\"\xef\xbf\xbd";
  CHECK(is_named);
}

TEST_CASE("in floating point too a span ends before the next begins, counted from the lane's first") {
  model::Timeline timeline;
  model::TimelineLane lane{.kind = model::LaneKind::kProc};
  const model::StringId name = timeline.names.Intern("main.main");
  uint64_t random = 12345;
  int64_t at = 7;
  for (int i = 0; i < 5000; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    const auto end = at + static_cast<int64_t>(random >> 45);
    lane.spans.push_back({.begin = at, .end = end, .name = name});
    at = end;
  }
  timeline.lanes.Add(lane);
  double first = -1, end = 0;
  const auto written = Written(timeline);
  for (const auto& event : written["traceEvents"]) {
    if (event["ph"] != "X") continue;
    if (first < 0) first = event["ts"];
    const double begin = event["ts"].get<double>() - first;
    CHECK(begin >= end);
    end = begin + event["dur"].get<double>();
  }
}
