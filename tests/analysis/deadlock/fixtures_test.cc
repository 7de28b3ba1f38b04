#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/deadlock/deadlock.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"

// What expect.json says of each stuck or healthy program, held against its recordings from the start of the program.
namespace {

using namespace analysis::deadlock;
using Json = nlohmann::json;
using Birth = std::pair<std::string, std::string>;  // start function, function it waits in

Result AnalyseFile(const std::string& name) {
  const auto source = proto::ReadTrace(test_support::FixturePath(name), {});
  return Analyse(*source);
}

bool IsHard(Verdict verdict) { return verdict == Verdict::kDeadlock || verdict == Verdict::kLeak; }

Birth BirthOf(const Result& result, Row row) {
  const Stacks& stacks = result.facts->stacks;
  const Goroutine& goroutine = result.facts->at(row);
  const StackId own = stacks.OwnPart(goroutine.wait->stack);
  return {std::string(stacks.name(goroutine.start)), std::string(stacks.name(stacks.leaf_function(own)))};
}

std::map<Birth, int> Accused(const Result& result) {
  std::map<Birth, int> accused;
  for (const Finding& finding : result.findings) {
    if (!IsHard(finding.verdict)) continue;
    for (Row row : finding.goroutines) ++accused[BirthOf(result, row)];
  }
  return accused;
}

std::map<Birth, int> Stuck(const Json& expected) {
  std::map<Birth, int> stuck;
  for (const Json& entry : expected["stuck"])
    stuck[{entry["start"].get<std::string>(), entry["site_function"].get<std::string>()}] += entry["count"].get<int>();
  return stuck;
}

bool HasRing(const Result& result, const Json& ring) {
  std::multiset<Birth> wanted;
  for (const Json& member : ring["members"])
    wanted.insert({member["start"].get<std::string>(), member["site_function"].get<std::string>()});
  for (const Finding& finding : result.findings) {
    if (finding.verdict != Verdict::kDeadlock) continue;
    std::multiset<Birth> members;
    for (Row row : finding.goroutines) members.insert(BirthOf(result, row));
    if (std::ranges::includes(members, wanted)) return true;
  }
  return false;
}

std::vector<std::string> WholeTraces(const std::string& folder) {
  std::vector<std::string> names;
  for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
    if (name.find(".window.") == std::string::npos && name.find(".second.") == std::string::npos) names.push_back(name);
  }
  return names;
}

}  // namespace

TEST_CASE("every recorded program's stuck goroutines are accused, its rings named, and nobody else") {
  size_t checked = 0;
  for (const std::string& folder : test_support::FixtureFolders()) {
    if (folder == "old_versions" || test_support::FixtureFiles(folder, "expect.json").empty()) continue;
    const Json expected = Json::parse(test_support::ReadFixture(folder + "/expect.json"));
    if (!expected.contains("stuck")) continue;
    for (const std::string& name : WholeTraces(folder)) {
      CAPTURE(name);
      const Result result = AnalyseFile(name);
      CHECK(Accused(result) == Stuck(expected));
      for (const Json& ring : expected["rings"]) CHECK(HasRing(result, ring));
      ++checked;
    }
  }
  CHECK(checked >= 10);
}

// The oldest versions' program ends with main still inside of the function that made the channel: it could receive yet.
TEST_CASE("in the old format the lone sender is suspected, and nobody else is accused or suspected") {
  const Json expected = Json::parse(test_support::ReadFixture("old_versions/expect.json"));
  for (const std::string& name : test_support::FixtureFiles("old_versions", ".trace")) {
    if (name.find(".window.") != std::string::npos) continue;
    CAPTURE(name);
    const Result result = AnalyseFile(name);
    std::map<Birth, int> found;
    for (const Finding& finding : result.findings) {
      if (finding.verdict == Verdict::kIdle) continue;
      for (Row row : finding.goroutines) ++found[BirthOf(result, row)];
    }
    CHECK(found == Stuck(expected));
  }
}

TEST_CASE("windows of healthy programs accuse nobody") {
  for (const std::string& name : test_support::FixtureFiles("healthy_server", ".window.trace")) {
    if (name.find("go1.21") != std::string::npos) continue;
    CAPTURE(name);
    CHECK(Accused(AnalyseFile(name)).empty());
  }
}
