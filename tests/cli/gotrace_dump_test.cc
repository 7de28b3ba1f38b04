#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/fixture.h"
#include "tests/support/places.h"
#include "tests/support/shell.h"

// What `gotrace dump` prints, beside the official reader and `go tool trace`, where Go is installed.
namespace {

using test_support::OutputOf;

std::string Gotrace() { return std::string(test_support::kBinaryDir) + "/gotrace"; }

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> Traces() {
  std::vector<std::string> paths;
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& file : test_support::FixtureFiles(folder, ".trace"))
      paths.push_back(test_support::FixturePath(file));
  }
  return paths;
}

bool IsV1(const std::string& path) { return OutputOf("head -c 8 '" + path + "'") < "go 1.22 "; }

// The first line that differs, of either, is enough to see.
void CheckSame(const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
  const auto [our, their] = std::ranges::mismatch(ours, theirs);
  CHECK((our == ours.end() ? "(end)" : *our) == (their == theirs.end() ? "(end)" : *their));
}

TEST_CASE("dump prints every event of a trace as the official reader has it") {
  const std::string oracle = test_support::BuildOracle();
  if (oracle.empty()) {
    MESSAGE("skipped: tests/oracle can't be built here (no Go toolchain, or no module proxy)");
    return;
  }
  size_t compared = 0;
  for (const std::string& path : Traces()) {
    CAPTURE(path);
    const auto read = [&] { return Lines(OutputOf("'" + oracle + "' -events '" + path + "'")); };
    auto theirs = read();
    if (theirs.back() == "error") continue;  // it stops at what we step over
    std::string text = OutputOf("'" + Gotrace() + "' dump --stacks '" + path + "' 2>/dev/null");
    text = std::regex_replace(text, std::regex(" sync [0-9]+ clock_ns"), " sync clock_ns");  // it does not tell the number
    const auto ours = Lines(text);
    // Of v1 events at the same tick the official reader takes any first, a different one each run.
    constexpr int kRuns = 30;
    for (int run = 1; run < kRuns && ours != theirs && IsV1(path); ++run) theirs = read();
    CheckSame(ours, theirs);
    ++compared;
  }
  CHECK(compared > 60);
}

TEST_CASE("dump --wire prints what go tool trace -d=wire prints, and a line with the version before it") {
  if (!OutputOf("go version 2>/dev/null").starts_with("go version")) {
    MESSAGE("skipped: no Go toolchain");
    return;
  }
  for (const char* file : {"abba/go1.22.trace", "tasks/go1.23.trace", "flight_recorder/go1.25.flight.trace",
                           "cpu_samples/go1.26.trace", "tasks/go1.27.trace"}) {
    CAPTURE(file);
    const std::string path = test_support::FixturePath(file);
    auto ours = Lines(OutputOf("'" + Gotrace() + "' dump --wire '" + path + "'"));
    CHECK(ours[0].starts_with("Trace Go1."));
    ours.erase(ours.begin());
    CheckSame(ours, Lines(OutputOf("go tool trace -d=wire '" + path + "' 2>/dev/null")));
  }
}

TEST_CASE("dump --json has an object a line, of the same events as the text") {
  for (const char* file :
       {"tasks/go1.26.trace", "old_versions/go1.11.trace", "misused_tasks/go1.26.trace", "gc_heavy/go1.26.trace"}) {
    CAPTURE(file);
    const std::string path = test_support::FixturePath(file);
    const auto text = Lines(OutputOf("'" + Gotrace() + "' dump '" + path + "' 2>/dev/null"));
    const auto objects = Lines(OutputOf("'" + Gotrace() + "' dump --json --stacks '" + path + "'"));
    REQUIRE(text.size() == objects.size());
    for (size_t i = 0; i < text.size(); ++i) {
      const auto object = nlohmann::json::parse(objects[i]);
      std::ostringstream time;
      const auto ns = object["time_ns"].get<int64_t>();
      time << ns / 1'000'000'000 << '.' << std::to_string(1'000'000'000 + ns % 1'000'000'000).substr(1) << ' ';
      REQUIRE(text[i].starts_with(time.str()));
      if (object["kind"] == "goroutine-state") {
        const std::string what = "goroutine " + object["subject"].dump() + " " + object["from"].get<std::string>() + "->" +
                                 object["to"].get<std::string>();
        REQUIRE(text[i].find(what) != std::string::npos);
      } else if (object["kind"] != "proc-state") {
        REQUIRE(text[i].find(" " + object["kind"].get<std::string>()) != std::string::npos);
      }
    }
  }
}

TEST_CASE("dump --json --stack-ids tells each stack once, before the first event with it, and the same stacks as --stacks") {
  for (const char* file : {"tasks/go1.26.trace", "old_versions/go1.11.trace", "cpu_samples/go1.26.trace"}) {
    CAPTURE(file);
    const std::string path = test_support::FixturePath(file);
    const auto whole = Lines(OutputOf("'" + Gotrace() + "' dump --json --stacks '" + path + "'"));
    std::map<int64_t, nlohmann::json> frames;
    size_t at = 0;
    for (const std::string& line : Lines(OutputOf("'" + Gotrace() + "' dump --json --stack-ids '" + path + "'"))) {
      auto object = nlohmann::json::parse(line);
      if (object["kind"] == "stack") {
        REQUIRE(frames.emplace(object["id"].get<int64_t>(), object["frames"]).second);
        continue;
      }
      for (const std::string key : {"stack", "subject_stack"}) {
        if (!object.contains(key + "_id")) continue;
        object[key] = frames.at(object[key + "_id"].get<int64_t>());
        object.erase(key + "_id");
      }
      REQUIRE(at < whole.size());
      REQUIRE(object == nlohmann::json::parse(whole[at++]));
    }
    CHECK(at == whole.size());
    CHECK(frames.size() > 10);
  }
}

}  // namespace
