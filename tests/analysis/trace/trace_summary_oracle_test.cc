#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/trace/trace_summary.h"
#include "proto/formats.h"
#include "render/json_report.h"
#include "tests/support/fixture.h"
#include "tests/support/shell.h"

// The official reader, golang.org/x/exp/trace, says the facts of every fixture; ours must be the same, field by field.
namespace {

using nlohmann::json;

json Ours(const std::string& path) {
  const auto trace = proto::ReadTrace(path);
  const analysis::TraceSummary summary = analysis::Summarise(*trace);
  if (path.find("/unfinished/") == std::string::npos) CHECK(trace->info().damage.empty());
  json document = json::parse(render::JsonReport(analysis::SummaryReport(summary, 10)));
  json ranges = json::object();
  for (const auto& [name, range] : summary.ranges) ranges[name] = range.count;
  document["ranges"] = ranges;
  return document;
}

constexpr const char* kKeys[] = {"version",        "duration_ns", "goroutines",        "goroutines_ended",
                                 "procs",          "threads",     "tasks_begun",       "regions_begun",
                                 "logs",           "tasks_open",  "regions_open",      "goroutines_created_by_start_func",
                                 "blocked_at_end", "state_ns",    "wait_ns_by_reason", "events",
                                 "ranges",         "cpu_samples"};

bool IsSame(const json& ours, const json& theirs) {
  return std::ranges::all_of(kKeys, [&](const char* key) { return ours[key] == theirs[key]; });
}

void Compare(const std::string& oracle, json theirs) {
  const std::string path = theirs["file"];
  CAPTURE(path);
  const json ours = Ours(path);
  // Of v1 events at the same tick the official reader takes any first, a different one each run: a nanosecond here or there.
  constexpr int kRuns = 30;
  for (int run = 1; run < kRuns && theirs["version"] < "go 1.22" && !IsSame(ours, theirs); ++run) {
    theirs = json::parse(test_support::OutputOf("'" + oracle + "' '" + path + "'"));
  }
  for (const char* key : kKeys) {
    CAPTURE(key);
    CHECK(ours[key].dump() == theirs[key].dump());
  }
}

TEST_CASE("summary has the facts of the official reader on every fixture") {
  const std::string oracle = test_support::BuildOracle();
  if (oracle.empty()) {
    MESSAGE("skipped: tests/oracle can't be built here (no Go toolchain, or no module proxy)");
    return;
  }
  std::string files;
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& file : test_support::FixtureFiles(folder, ".trace"))
      files += " '" + test_support::FixturePath(file) + "'";
  }
  size_t compared = 0;
  const std::string lines = test_support::OutputOf("'" + oracle + "'" + files);
  for (size_t at = 0; at < lines.size();) {
    const size_t end = lines.find('\n', at);
    const json theirs = json::parse(lines.substr(at, end - at));
    at = end + 1;
    if (theirs["error"] != "") continue;  // it stops at what we step over
    Compare(oracle, theirs);
    ++compared;
  }
  CHECK(compared > 50);
}

}  // namespace
