#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "analysis/store/trace_tables.h"
#include "analysis/trace/gc_cycles.h"
#include "analysis/trace/proc_utilisation.h"
#include "analysis/trace/scheduler_latency.h"
#include "analysis/trace/timeline.h"
#include "analysis/trace/user_tasks.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/shell.h"

// Times of states, procs, tasks and regions of every recording, computed by tests/oracle with golang.org/x/exp/trace: the
// views must come to the same sums.
namespace {

using nlohmann::json;

json ProcsOf(const std::string& path) {
  const auto source = proto::ReadTrace(path);
  analysis::TraceFilter filter({}, *source);
  const analysis::ProcUtilisation procs = MeasureProcs(*source, filter);
  json rows = json::object();
  for (const auto& [id, proc] : procs.procs) {
    if (proc.runs == 0 && proc.idle == 0 && proc.running == 0) continue;
    rows[std::to_string(id)] = {{"running_ns", proc.running}, {"idle_ns", proc.idle}, {"runs", proc.runs}};
  }
  return {{"procs", rows}, {"capacity_ns", procs.capacity_ns}, {"idle_while_ready_ns", procs.idle_while_ready_ns}};
}

json LatencyOf(const std::string& path) {
  const auto source = proto::ReadTrace(path);
  analysis::TraceFilter filter({}, *source);
  const analysis::SchedulerLatency latency = MeasureLatency(*source, filter);
  return {{"ready_count", latency.all.count()}, {"ready_max_ns", latency.all.max()}, {"total", latency.all.total()}};
}

json TasksOf(const std::string& path) {
  const auto source = proto::ReadTrace(path);
  const analysis::UserTasks tasks = analysis::FindUserTasks(*source, {});
  json found = {{"tasks", json::object()}, {"regions", json::object()}};
  for (const auto& [name, type] : tasks.tasks) {
    if (type.durations.count() == 0) continue;
    found["tasks"][name] = {{"count", type.durations.count()}, {"total_ns", type.durations.total()}};
  }
  for (const auto& [name, type] : tasks.regions) {
    if (type.durations.count() == 0) continue;
    found["regions"][name] = {{"count", type.durations.count()}, {"total_ns", type.durations.total()}};
  }
  return found;
}

// What the collector did to goroutines, by the runtime's names.
json RangesOf(const std::string& path) {
  const auto source = proto::ReadTrace(path);
  const analysis::GcCycles gc = analysis::FindGcCycles(*source, {});
  json found = json::object();
  const auto add = [&](const std::string& name, const analysis::DurationDistribution& durations) {
    if (durations.count() != 0) found[name] = {{"count", durations.count()}, {"total_ns", durations.total()}};
  };
  for (const auto& [name, stops] : gc.stops) add(name, stops);
  add("GC mark assist", gc.assists);
  add("GC incremental sweep", gc.sweeps);
  return found;
}

// Sums of the exported table.
json StatesOf(const std::string& path) {
  const auto source = proto::ReadTrace(path);
  analysis::Database database("", analysis::OpenFor::kFilling);
  FillTraceTables(database, *source);
  json states = json::object();
  analysis::Statement rows = database.Prepare("SELECT state, sum(end_ns - begin_ns) FROM spans GROUP BY state");
  while (rows.Step()) states[rows.Text(0)] = rows.Integer(1);
  return states;
}

// Time with a goroutine, by proc, as the timeline's lanes have it.
json LanesOf(const std::string& path) {
  const auto source = proto::ReadTrace(path);
  analysis::TraceFilter filter({}, *source);
  const model::Timeline timeline = LayOutTimeline(*source, filter, {});
  json procs = json::object();
  for (const model::TimelineLane& lane : timeline.lanes) {
    if (lane.kind != model::LaneKind::kProc) continue;
    int64_t running = 0;
    for (const model::TimelineSpan& span : lane.spans) {
      if (timeline.names[span.name] != "system call") running += span.covered;
    }
    procs[std::to_string(lane.subject)] = running;
  }
  return procs;
}

std::string FirstDifference(const std::string& path, const json& theirs) {
  const auto differs = [](const char* what, const json& a, const json& b) {
    return a == b ? std::string() : fmt::format("{}: ours {}, theirs {}", what, a.dump(), b.dump());
  };
  const json procs = ProcsOf(path), latency = LatencyOf(path), tasks = TasksOf(path), states = StatesOf(path);
  for (const char* key : {"procs", "capacity_ns", "idle_while_ready_ns"}) {
    if (auto text = differs(key, procs[key], theirs[key]); !text.empty()) return text;
  }
  for (const char* key : {"ready_count", "ready_max_ns"}) {
    if (auto text = differs(key, latency[key], theirs[key]); !text.empty()) return text;
  }
  for (const char* key : {"tasks", "regions"}) {
    if (auto text = differs(key, tasks[key], theirs[key]); !text.empty()) return text;
  }
  if (auto text = differs("states", states, theirs["state_ns"]); !text.empty()) return text;
  json ranges = theirs["ranges"];
  ranges.erase("GC concurrent mark phase");
  if (auto text = differs("ranges", RangesOf(path), ranges); !text.empty()) return text;
  const json lanes = LanesOf(path);
  for (const auto& [proc, row] : theirs["procs"].items()) {
    if (row["running_ns"] == 0) continue;
    if (auto text = differs("lanes", lanes.value(proc, json(0)), row["running_ns"]); !text.empty()) return text;
  }
  return "";
}

}  // namespace

TEST_CASE("the views of every recording come to the sums of the official reader") {
  const std::string program = test_support::BuildOracle();
  if (program.empty()) {
    MESSAGE("skipped: the oracle can't be built (no Go, or no way to golang.org/x/exp/trace)");
    return;
  }
  std::string paths;
  for (const std::string& folder : test_support::FixtureFolders()) {
    if (folder == "unfinished") continue;  // the official reader gives up where ours goes on
    for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
      paths += fmt::format(" '{}'", test_support::FixturePath(name));
    }
  }
  std::istringstream lines(test_support::OutputOf(fmt::format("'{}' -views{}", program, paths)));
  std::string line;
  int compared = 0;
  while (std::getline(lines, line)) {
    json theirs = json::parse(line);
    const std::string path = theirs["file"];
    if (!theirs["error"].get<std::string>().empty()) continue;  // misused tasks: the official reader gives up there, too
    std::string difference = FirstDifference(path, theirs);
    // Of v1 events at the same tick the official reader takes any first, a different one each run.
    constexpr int kRuns = 30;
    for (int run = 1; run < kRuns && !difference.empty(); ++run) {
      theirs = json::parse(test_support::OutputOf(fmt::format("'{}' -views '{}'", program, path)));
      difference = FirstDifference(path, theirs);
    }
    CHECK_MESSAGE(difference.empty(), path << ": " << difference);
    ++compared;
  }
  CHECK(compared > 80);
}
