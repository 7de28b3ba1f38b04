#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "analysis/profile/check.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"

// What fixtures/antipatterns, runtime_costs, stale_pgo and the others do wrong is known from their sources.
namespace {

analysis::CheckedProfile Open(const std::string& file, const std::string& sample_index = "") {
  analysis::ViewOptions options;
  options.sample_index = sample_index;
  return {file, {proto::ReadProfile(test_support::FixturePath(file)), options}};
}

std::vector<analysis::CheckFinding> CheckFile(const std::string& file, const std::string& sample_index = "") {
  std::vector<analysis::CheckedProfile> profiles;
  profiles.push_back(Open(file, sample_index));
  auto findings = analysis::CheckCosts(profiles[0].view);
  std::ranges::move(analysis::CheckHealth(profiles), std::back_inserter(findings));
  return findings;
}

std::vector<analysis::CheckFinding> Check(const std::string& name) {
  return CheckFile("antipatterns/go1.26." + name, name.ends_with(".cpu.pb.gz") ? "" : "alloc_space");
}

bool Blames(const std::vector<analysis::CheckFinding>& findings, const std::string& kind, const std::string& culprit) {
  const auto found = std::ranges::find(findings, kind, &analysis::CheckFinding::kind);
  return found != findings.end() && std::ranges::any_of(found->evidence, [&](const std::string& line) {
           return line.find(culprit) != std::string::npos;
         });
}

std::set<std::string> Kinds(const std::vector<analysis::CheckFinding>& findings) {
  std::set<std::string> kinds;
  for (const analysis::CheckFinding& finding : findings) kinds.insert(finding.kind);
  return kinds;
}

}  // namespace

TEST_CASE("each mistake is found in the recording of the program that makes it, with who makes it") {
  struct Case {
    std::string recording, kind, culprit;
  };
  for (const Case& wanted : {Case{"stack_growth.cpu.pb.gz", "stack-growth", "main.grow"},
                             {"garbage.cpu.pb.gz", "allocation", "main.tree"},
                             {"garbage.cpu.pb.gz", "gc-assist", "main.tree"},
                             {"garbage.allocs.pb.gz", "allocation-site", "main.tree"},
                             {"map_growth.cpu.pb.gz", "map-growth", "main.mapGrowth"},
                             {"defers.cpu.pb.gz", "defer", "main.defers"},
                             {"reflection.cpu.pb.gz", "reflection", "main.reflection"},
                             {"regexps.cpu.pb.gz", "regexp-compile", "main.regexps"},
                             {"syscalls.cpu.pb.gz", "syscalls", "main.syscalls"},
                             {"scheduler.cpu.pb.gz", "scheduler", "main.scheduler"},
                             {"spinning.cpu.pb.gz", "lock-traffic", "main.spinning.func1"},
                             {"timers.cpu.pb.gz", "timers", "main.timers"},
                             {"garbage.cpu.pb.gz", "gc-cost", "the runtime itself"},
                             {"timers.allocs.pb.gz", "timer-garbage", "main.timers"},
                             {"misses.allocs.pb.gz", "pool-misses", "main.misses"},
                             {"deep.cpu.pb.gz", "cut-stacks", "deep.cpu"}}) {
    const auto findings = Check(wanted.recording);
    const auto found = std::ranges::find(findings, wanted.kind, &analysis::CheckFinding::kind);
    CHECK_MESSAGE(found != findings.end(), wanted.recording << ": " << wanted.kind);
    if (found == findings.end()) continue;
    const bool names_culprit = std::ranges::any_of(
        found->evidence, [&](const std::string& line) { return line.find(wanted.culprit) != std::string::npos; });
    CHECK_MESSAGE(names_culprit, wanted.recording << ": " << wanted.kind << " by " << wanted.culprit);
  }
}

TEST_CASE("a program without these mistakes has no finding") {
  for (const char* recording : {"healthy.cpu.pb.gz", "healthy.allocs.pb.gz"}) {
    for (const analysis::CheckFinding& finding : Check(recording)) {
      CHECK_MESSAGE(finding.severity == model::Severity::kNote, recording << ": " << finding.title);
    }
  }
}

TEST_CASE("a program has the findings of its own mistake and not of the others") {
  CHECK_FALSE(Kinds(Check("syscalls.cpu.pb.gz")).contains("scheduler"));
  CHECK_FALSE(Kinds(Check("regexps.cpu.pb.gz")).contains("reflection"));
  CHECK_FALSE(Kinds(Check("reflection.cpu.pb.gz")).contains("regexp-compile"));
  CHECK_FALSE(Kinds(Check("timers.allocs.pb.gz")).contains("pool-misses"));
  CHECK_FALSE(Kinds(Check("misses.allocs.pb.gz")).contains("timer-garbage"));
}

TEST_CASE("a PGO profile of another version is stale, one of the same version is not") {
  std::vector<analysis::CheckedProfile> changed, same;
  changed.push_back(Open("stale_pgo/go1.26.new.cpu.pb.gz"));
  same.push_back(Open("stale_pgo/go1.26.again.cpu.pb.gz"));
  const analysis::CheckedProfile pgo = Open("stale_pgo/go1.26.old.cpu.pb.gz");
  const auto findings = analysis::CheckPgo(pgo, changed);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "stale-pgo");
  const auto names_call = [](const std::string& line) {
    return line == "main.total calls main.discount on its line 2, now on 8";
  };
  CHECK(std::ranges::any_of(findings[0].evidence, names_call));
  CHECK(analysis::CheckPgo(pgo, same).empty());
}

TEST_CASE("what the runtime costs is found in recordings, with who causes it") {
  CHECK(Blames(CheckFile("runtime_costs/go1.26.pointers.cpu.pb.gz"), "write-barrier", "main.rewire"));
  CHECK(Blames(CheckFile("runtime_costs/go1.26.crowded.cpu.pb.gz"), "lock-spinning", "main.book"));
}

TEST_CASE("values below zero are found, whichever sample type has them") {
  for (const char* type : {"inuse_space", "alloc_space"})
    CHECK(Kinds(CheckFile("heap_delta/go1.26.delta.heap.pb.gz", type)).contains("negative-values"));
  CHECK_FALSE(Kinds(CheckFile("heap_leak/go1.26.after.heap.pb.gz")).contains("negative-values"));
}

TEST_CASE("a recording of addresses without names is found") {
  CHECK(Kinds(CheckFile("other_producers/cpp.addresses.cpu.pb.gz")).contains("no-symbols"));
  CHECK_FALSE(Kinds(CheckFile("other_producers/rust.cpu.pb")).contains("no-symbols"));
}

TEST_CASE("recordings of two builds of a program are told apart, those of one are not") {
  const auto kinds = [](const char* first, const char* second) {
    std::vector<analysis::CheckedProfile> profiles;
    for (const char* file : {first, second})
      profiles.push_back(Open(std::string("cpu_regression/go1.26.") + file + ".cpu.pb.gz"));
    return Kinds(analysis::CheckHealth(profiles));
  };
  CHECK(kinds("before.1", "after.1").contains("mixed-builds"));
  CHECK_FALSE(kinds("before.1", "before.2").contains("mixed-builds"));
}
