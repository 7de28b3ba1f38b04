#include <doctest/doctest.h>

#include <fmt/format.h>

#include "analysis/deadlock/deadlock.h"
#include "tests/support/trace_script.h"

namespace {

using namespace analysis::deadlock;

struct Beside {
  std::string_view knowledge;  // entries for the table of known waits
};

Result Judged(std::string_view script, const Beside& beside) {
  Inputs inputs;
  if (!beside.knowledge.empty()) inputs.knowledge.Add("extra.table", beside.knowledge);
  const auto source = test_support::TraceScript(script);
  return Analyse(*source, std::move(inputs));
}

// What it says of the goroutines, "g2 leak, g3+g4 deadlock": worst first, idle ones left out.
std::string Verdicts(std::string_view script, Beside beside = {}) {
  const Result result = Judged(script, beside);
  std::string text;
  for (const Finding& finding : result.findings) {
    if (finding.verdict == Verdict::kIdle) continue;
    std::string ids;
    for (Row row : finding.goroutines) ids += fmt::format("{}g{}", ids.empty() ? "" : "+", result.facts->at(row).id);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", ids, Name(finding.verdict));
  }
  return text;
}

// The signs that goroutine `id` was judged by, or what speaks for it.
std::string Why(std::string_view script, int64_t id, Beside beside = {}) {
  const Result result = Judged(script, beside);
  const Row row = result.facts->row_of.at(id);
  std::string text;
  for (const SignFound& sign : result.judgements[row].signs) text += Explain(*result.scene, sign) + "\n";
  if (result.judgements[row].signs.empty()) text += Explain(*result.scene, result.hopes[row]) + "\n";
  return text;
}

}  // namespace

// Times are nanoseconds; 1 ms is the shortest wait that can be called stuck.

TEST_CASE("a WaitGroup whose workers have all ended waits for ever; one whose worker still runs does not") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      5 g1 create g2 main.batch.func1 @ main.main;main.batch
      6 g2 run on p1
      9 g2 exit
     10 g1 wait "sync" @ main.main;main.batch;sync.(*WaitGroup).Wait
 90000000 - create g9 main.tick
)";
  CHECK(Verdicts(kScript) == "g1 leak");
  CHECK(Why(kScript, 1).find("those whose part it was to end this wait have ended") != std::string::npos);
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      5 g1 create g2 main.batch.func1 @ main.main;main.batch
      6 g2 run on p1
     10 g1 wait "sync" @ main.main;main.batch;sync.(*WaitGroup).Wait
 90000000 - create g9 main.tick
)") == "");
}

TEST_CASE("main in select{} is innocent, but nobody's helper") {
  // g2 sends; the only one who is still in the call that started it is main, and main will never receive.
  constexpr const char* kSender = R"(
      0 sync
      0 g1 was running on p0
      5 g1 create g2 main.produce @ main.main
      6 g2 run on p1
      7 g2 wait "chan send" @ main.produce;main.put
      8 g1 wait "{}" @ main.main;runtime.block
 90000000 - create g9 main.tick
)";
  std::string parked(kSender);
  parked.replace(parked.find("{}"), 2, "forever");
  CHECK(Verdicts(parked) == "g2 leak");
}

TEST_CASE("a lock that a queue has passed for long is held since before: who came later does not hold it") {
  // g3 goes in and out of a method of the type while g2 waits: it can't have g2's lock.
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.worker @ main.main
      2 g1 create g3 main.worker @ main.main
      3 g2 run on p1
      4 g2 wait "sync" @ main.worker;main.(*Book).place;sync.(*Mutex).Lock
      5 g3 run on p1
 30000000 g3 wait "sleep" @ main.worker;time.Sleep
 40000000 - wake g3
 40000001 g3 run on p1
 50000000 g3 wait "sleep" @ main.worker;main.(*Book).audit;time.Sleep
 90000000 - create g9 main.tick
)") == "g2 leak");
  // The same, but g3 has been in there since before g2 came: it may be the holder.
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.worker @ main.main
      2 g1 create g3 main.worker @ main.main
      3 g3 run on p1
      4 g3 wait "sleep" @ main.worker;main.(*Book).audit;time.Sleep
      5 g2 run on p1
      6 g2 wait "sync" @ main.worker;main.(*Book).place;sync.(*Mutex).Lock
 90000000 - create g9 main.tick
)") == "");
}

TEST_CASE("nobody idles where a resource is wanted, and nobody is accused while one of its users goes on") {
  constexpr const char* kTable = "frame lib.(*Pool).Get\nis resource\n";
  constexpr const char* kStuck = R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.handle @ main.main
      2 g1 create g3 main.handle @ main.main
      3 g2 run on p1
      4 g2 wait "select" @ main.handle;main.query;lib.(*Pool).Get;runtime.selectgo
      5 g3 run on p1
      6 g3 wait "select" @ main.handle;main.query;lib.(*Pool).Get;runtime.selectgo
 90000000 - create g9 main.tick
)";
  CHECK(Verdicts(kStuck, {.knowledge = kTable}) == "g2+g3 leak");
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.handle @ main.main
      2 g1 create g3 main.handle @ main.main
      3 g2 run on p1
      4 g2 wait "select" @ main.handle;main.query;lib.(*Pool).Get;runtime.selectgo
      5 g3 run on p1
      6 g3 wait "network" @ main.handle;main.query;net.Read
 90000000 - create g9 main.tick
)",
                 {.knowledge = kTable}) == "");
}

TEST_CASE("a wait that is short for its kind is no verdict yet, and the text says how long it takes") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      5 g1 create g2 main.batch.func1 @ main.main;main.batch
      6 g2 run on p1
      9 g2 exit
     10 g1 wait "sync" @ main.main;main.batch;sync.(*WaitGroup).Wait
 200010 - create g9 main.tick
)";
  CHECK(Verdicts(kScript) == "g1 suspect");
  CHECK(Why(kScript, 1).find("would have to go on for 800us more") != std::string::npos);
}

TEST_CASE("a loop that the table knows to be idle is not looked at further; users' entries come first") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      5 g1 create g2 lib.(*Client).send @ main.main
      6 g2 run on p1
      7 g2 wait "chan send" @ lib.(*Client).send
      8 g1 exit
 90000000 - create g9 main.tick
)";
  CHECK(Verdicts(kScript) == "g2 leak");
  CHECK(Verdicts(kScript, {.knowledge = "frame lib.(*Client).send\nis idle\n"}) == "");
}
