#include "analysis/deadlock/dump_join.h"

#include <doctest/doctest.h>

#include "analysis/deadlock/deadlock.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"

using namespace analysis::deadlock;

namespace {

Result Joined_(const std::string& trace, const std::string& dump, const std::string& leaks = "") {
  Inputs inputs;
  if (!dump.empty()) inputs.dumps = proto::ReadDumps(test_support::FixturePath(dump));
  if (!leaks.empty()) inputs.leaks.push_back(proto::ReadProfile(test_support::FixturePath(leaks)));
  const auto source = proto::ReadTrace(test_support::FixturePath(trace), {});
  return Analyse(*source, std::move(inputs));
}

std::vector<model::GoroutineId> Accused(const Result& result) {
  std::vector<model::GoroutineId> ids;
  for (const Finding& finding : result.findings) {
    if (finding.verdict != Verdict::kDeadlock && finding.verdict != Verdict::kLeak) continue;
    for (Row row : finding.goroutines) ids.push_back(result.facts->at(row).id);
  }
  std::ranges::sort(ids);
  return ids;
}

std::vector<model::GoroutineId> InDumpState(const std::string& dump, std::string_view state) {
  std::vector<model::GoroutineId> ids;
  const auto dumps = proto::ReadDumps(test_support::FixturePath(dump));
  for (const model::DumpedGoroutine& goroutine : dumps.back().goroutines) {
    if (goroutine.state == state) ids.push_back(goroutine.id);
  }
  std::ranges::sort(ids);
  return ids;
}

}  // namespace

TEST_CASE("with a dump, the two of a window's AB-BA ring are named, by the addresses of the accounts they have in hand") {
  for (const char* version : {"go1.23", "go1.25", "go1.26", "go1.27"}) {
    CAPTURE(version);
    const std::string base = std::string("abba/") + version;
    const Result result = Joined_(base + ".window.trace", base + ".goroutines.txt");
    CHECK(Accused(result) == InDumpState(base + ".goroutines.txt", "sync.Mutex.Lock"));
    REQUIRE_FALSE(result.findings.empty());
    CHECK(result.findings.front().verdict == Verdict::kDeadlock);
    for (const WaitEdge& edge : result.findings.front().edges) CHECK(edge.rule == EdgeRule::kSameObject);
  }
}

TEST_CASE("a dump of another program is said not to fit, and changes no verdict") {
  const Result alone = Joined_("abba/go1.26.trace", "");
  const Result other = Joined_("abba/go1.26.trace", "goroutine_leak/go1.26.late.goroutines.txt");
  REQUIRE(other.joined.dumps.size() == 1);
  CHECK_FALSE(other.joined.dumps[0].fits);
  CHECK(Accused(other) == Accused(alone));
}

TEST_CASE("every goroutine that the runtime marked is proven, and nobody else") {
  const Result result = Joined_("sender_nobody/go1.26.trace", "", "sender_nobody/go1.26.leaks.pb.gz");
  REQUIRE(result.joined.leaks.size() == 1);
  CHECK(result.joined.leaks[0].marked > 0);
  CHECK(result.joined.leaks[0].matched == result.joined.leaks[0].marked);
  uint64_t proven = 0;
  for (const Finding& finding : result.findings) {
    for (Row row : finding.goroutines) proven += result.judgements[row].is_proven;
  }
  CHECK(proven == result.joined.leaks[0].marked);
}

TEST_CASE("main in select{} is not accused, though the runtime marks it") {
  const Result result = Joined_("abba/go1.26.trace", "", "abba/go1.26.leaks.pb.gz");
  for (model::GoroutineId id : Accused(result)) CHECK(id != 1);
}
