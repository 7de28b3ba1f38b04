#include <doctest/doctest.h>

#include <filesystem>

#include "analysis/deadlock/deadlock.h"
#include "analysis/deadlock/id_ranges.h"
#include "proto/formats.h"
#include "tests/analysis/deadlock/told.h"
#include "tests/support/fixture.h"
#include "tests/support/trace_script.h"

namespace {

using namespace analysis::deadlock;

// Every finding with its goroutines, and what is said of each of them.
std::string AllSaid(const Result& result) {
  std::string text = test_support::Told(result, {Verdict::kDeadlock, Verdict::kLeak, Verdict::kSuspect, Verdict::kIdle});
  for (const Row row : result.scene->waiting()) text += "\n" + test_support::Why(result, result.facts->at(row).id);
  return text;
}

Result Of(model::EventSource& source, size_t rows_kept) { return Analyse(source, {.rows_kept = rows_kept}); }

// One creator, `rounds` short goroutines one after the other, each of which sends to the one before it ends.
std::string ManyShort(int rounds) {
  std::string script = "0 sync\n0 g1 was running on p0\n";
  int64_t time = 10;
  for (int id = 2; id < 2 + rounds; ++id) {
    script += fmt::format("{} g1 create g{} main.request @ main.main;main.serve\n", time++, id);
    script += fmt::format("{} g1 wait \"chan receive\" @ main.main;main.serve;runtime.chanrecv1\n", time++);
    script += fmt::format("{} g{} run on p1\n", time++, id);
    script += fmt::format("{} g{} wake g1 @ main.request;runtime.chansend1\n", time++, id);
    script += fmt::format("{} g{} exit\n", time++, id);
    script += fmt::format("{} g1 run on p0\n", time++);
  }
  return script;
}

}  // namespace

TEST_CASE("ids that lie side by side are one stretch, whatever the order in which they came") {
  IdRanges ids;
  ids.Add({5, 6, 9});
  ids.Add({1, 7, 8, 20});
  ids.Add({2, 20});
  CHECK(ids.stretches() == 3);
  std::string members;
  for (int id = 0; id < 25; ++id) members += ids.Contains(id) ? fmt::format("{} ", id) : "";
  CHECK(members == "1 2 5 6 7 8 9 20 ");
  CHECK(ids.last() == 20);
  CHECK(IdRanges().last() == model::kNoGoroutine);
  CHECK_FALSE(IdRanges().Contains(1));
}

TEST_CASE("rows are kept for goroutines that live, not for all that ever lived") {
  const auto source = test_support::TraceScript(ManyShort(1000));
  const Facts facts = Gather(*source, 16);
  CHECK(facts.goroutines.size() <= 32);
  REQUIRE(facts.lines.size() == 1);
  CHECK(facts.lines[0].born == 1000);
  CHECK(facts.lines[0].ended == 1000);
  CHECK(facts.at(facts.lines[0].members.front()).id == 2);
  CHECK(facts.at(facts.lines[0].members.back()).id == 1001);
  CHECK(facts.forgotten.Contains(500));
  CHECK(facts.forgotten.stretches() <= 20);
}

TEST_CASE("what is said of a recorded program does not depend on when its goroutines are forgotten") {
  size_t traces = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test_support::FixturePath(""))) {
    if (entry.path().extension() != ".trace") continue;
    const std::string path = entry.path().string();
    CAPTURE(path);
    std::string said[2];
    const size_t kept[2] = {0, SIZE_MAX};
    for (int i = 0; i < 2; ++i) {
      try {
        const auto source = proto::ReadTrace(path, {});
        said[i] = AllSaid(Of(*source, kept[i]));
      } catch (const std::exception& e) {
        said[i] = e.what();
      }
    }
    CHECK(said[0] == said[1]);
    ++traces;
  }
  CHECK(traces > 50);
}
