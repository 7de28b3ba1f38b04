#include <doctest/doctest.h>

#include <algorithm>

#include "tests/analysis/deadlock/told.h"

using namespace analysis::deadlock;
using test_support::Judged;
using test_support::Told;

namespace {

// The lines of evidence of the first finding that names goroutine `id` as one who waits.
std::vector<std::string> EvidenceOf(const model::Report& report, std::string_view id) {
  for (const model::Block& block : report.blocks) {
    const auto* findings = std::get_if<model::Findings>(&block);
    if (findings == nullptr) continue;
    for (const model::Finding& finding : findings->rows) {
      if (finding.evidence.front().starts_with(id)) return finding.evidence;
    }
  }
  return {};
}

constexpr std::string_view kBehindARing = R"(
  0 sync
  0 g1 was running on p0
  1 g1 create g2 main.left @ main.main
  2 g1 create g3 main.right @ main.main
  3 g2 run on p1
  4 g2 wait "sync" @ main.left;main.(*A).second;main.(*B).touch;sync.(*Mutex).Lock
  5 g3 run on p1
  6 g3 wait "sync" @ main.right;main.(*B).first;main.(*A).touch;sync.(*Mutex).Lock
  7 g1 wait "sync" @ main.main;main.(*A).touch;sync.(*Mutex).Lock
  9000000000 sync
)";

}  // namespace

TEST_CASE("who is stuck in a fetched module is told with the program's own line above it") {
  const Result result = Judged(R"(
    0 sync
    0 g1 was running on p0
    1 g1 create g2 main.work @ main.main
    2 g2 run on p1
    3 g2 wait "chan send" @ main.work;main.store;pool.(*Pool).Put:mod/pool@v1.2.0/pool.go;runtime.chansend1
    4 g1 exit
    9000000000 sync
  )");
  const auto evidence = EvidenceOf(MakeReport(result, "t"), "goroutine 2 ");
  REQUIRE_FALSE(evidence.empty());
  CHECK(evidence[0].find("at pool.(*Pool).Put (pool.go:0) under main.store (main.go:0)") != std::string::npos);
}

TEST_CASE("who waits behind a ring is told so") {
  const Result result = Judged(kBehindARing);
  CHECK(Told(result, {Verdict::kDeadlock}) == "g2+g3 deadlock");
  const auto evidence = EvidenceOf(MakeReport(result, "t"), "goroutine 1 ");
  CHECK(std::ranges::any_of(evidence, [](const std::string& line) { return line.ends_with("; it is deadlocked"); }));
  const auto ring = EvidenceOf(MakeReport(result, "t"), "goroutine 2 ");
  CHECK_FALSE(std::ranges::any_of(ring, [](const std::string& line) { return line.ends_with("; it is deadlocked"); }));
}
