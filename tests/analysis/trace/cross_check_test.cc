#include "analysis/trace/cross_check.h"

#include <doctest/doctest.h>

#include "proto/formats.h"
#include "tests/support/fixture.h"

namespace {

using analysis::Agreement;
using analysis::ProfileKind;

analysis::TraceSide Trace() {
  return analysis::SummariseForCheck(*proto::ReadTrace(test_support::FixturePath("cross_check/go1.26.trace")));
}

analysis::ProfileCheck Against(const std::string& file, ProfileKind kind) {
  const model::Profile profile = proto::ReadProfile(test_support::FixturePath(file));
  return CheckAgainst(Trace(), profile, kind, file);
}

const analysis::CrossCheck& Question(const analysis::ProfileCheck& profile, const std::string& question) {
  for (const analysis::CrossCheck& check : profile.checks) {
    if (check.question == question) return check;
  }
  FAIL("no such question: " << question);
  return profile.checks[0];
}

const analysis::CheckRow* Row(const analysis::CrossCheck& check, const std::string& begins) {
  for (const analysis::CheckRow& row : check.rows) {
    if (row.name.starts_with(begins)) return &row;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("profiles of the trace's own time and program agree with it") {
  const auto cpu = Against("cross_check/go1.26.cpu.pb.gz", ProfileKind::kCpu);
  for (const analysis::CrossCheck& check : cpu.checks) {
    CAPTURE(check.question);
    CAPTURE(check.answer);
    CHECK(check.agreement != Agreement::kDisagree);
  }
  CHECK(Question(cpu, "as many samples").agreement == Agreement::kAgree);
  const auto* hot = Row(Question(cpu, "same functions"), "main.stamp");
  REQUIRE(hot != nullptr);
  CHECK(hot->profile == hot->trace);
  CHECK(hot->blocked_ns == 0);  // it only computes
  const auto block = Against("cross_check/go1.26.block.pb.gz", ProfileKind::kBlock);
  const auto* driver = Row(Question(block, "waits at the same lines"), "main.(*Ledger).enter ");
  REQUIRE(driver != nullptr);
  CHECK(driver->agreement == Agreement::kAgree);
  CHECK(driver->profile > 10'000'000);
}

TEST_CASE("waits that are not over are in the trace alone, and that is said") {
  const auto block = Against("cross_check/go1.26.block.pb.gz", ProfileKind::kBlock);
  const auto* hopeful = Row(Question(block, "waits at the same lines"), "main.hopeful ");
  REQUIRE(hopeful != nullptr);
  CHECK(hopeful->profile == 0);
  CHECK(hopeful->open_ns > 1'000'000'000);  // two of them, 0.6 s each
  CHECK(hopeful->agreement == Agreement::kExplained);
  CHECK(hopeful->reason == "finished waits only: these were not over");
}

TEST_CASE("the mutex profile charges the line that unlocks, and so does the trace") {
  const auto mutex = Against("cross_check/go1.26.mutex.pb.gz", ProfileKind::kMutex);
  const auto* enter = Row(Question(mutex, "waits ended by the same lines"), "main.(*Ledger).enter ");
  REQUIRE(enter != nullptr);
  CHECK(enter->agreement == Agreement::kAgree);
  CHECK(enter->trace > 10'000'000);
}

TEST_CASE("the goroutine profile is the live set at the end of the trace") {
  const auto goroutines = Against("cross_check/go1.26.goroutine.pb.gz", ProfileKind::kGoroutine);
  const analysis::CrossCheck& check = Question(goroutines, "same goroutines");
  CHECK(Row(check, "main.hopeful")->profile == 2);
  CHECK(Row(check, "main.hopeful")->trace == 2);
  CHECK(Row(check, "main.driver")->trace == 1);
  CHECK(check.agreement != Agreement::kDisagree);
}

TEST_CASE("a profile of another time of the same program, and one of another program, disagree and say why") {
  const auto later = Against("cross_check/go1.26.later.cpu.pb.gz", ProfileKind::kCpu);
  CHECK(Question(later, "same window").agreement == Agreement::kDisagree);
  CHECK(Question(later, "same window").answer.find("no moment in common") != std::string::npos);
  const auto other = Against("cpu_samples/go1.26.cpu.pb.gz", ProfileKind::kCpu);
  CHECK(Question(other, "same program").agreement == Agreement::kDisagree);
  const auto report = CrossCheckReport(Trace(), {later}, 10);
  CHECK(report.found);
}

TEST_CASE("a profile's kind is read off its types, and a mutex profile off its Unlock") {
  const auto kind = [](const char* file) { return analysis::KindOf(proto::ReadProfile(test_support::FixturePath(file))); };
  CHECK(kind("cross_check/go1.26.cpu.pb.gz") == ProfileKind::kCpu);
  CHECK(kind("cross_check/go1.26.block.pb.gz") == ProfileKind::kBlock);
  CHECK(kind("cross_check/go1.26.mutex.pb.gz") == ProfileKind::kMutex);
  CHECK(kind("cross_check/go1.26.goroutine.pb.gz") == ProfileKind::kGoroutine);
  CHECK(!kind("profile_kinds/go1.26.heap.pb.gz"));
}
