// What speaks for those who wait long in a window of a trace: somebody may simply take his time.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "analysis/deadlock/deadlock.h"
#include "tests/analysis/deadlock/told.h"
#include "tests/support/trace_script.h"

namespace {

using namespace analysis::deadlock;

// "g2+g3 deadlock, g4 leak"; what is idle or only suspected is left out.
std::string Accused(const std::string& script) {
  return test_support::Told(Analyse(*test_support::TraceScript(script), {}), {Verdict::kDeadlock, Verdict::kLeak});
}

}  // namespace

TEST_CASE("who queues long at a lock is not stuck while somebody at work has been inside one call of its type all along") {
  const std::string queue = R"(
      0 sync
      0 g1 was running on p0
      0 g2 was waiting @ main.(*schema).query;sync.(*RWMutex).RLock
      0 g3 was waiting @ main.(*schema).alter;sync.(*RWMutex).Lock
)";
  const std::string end = " 90000000 - create g9 main.tick\n";
  // In one call, asleep: it may have the lock.
  CHECK(Accused(queue + " 0 g4 was waiting @ main.migrations;main.(*schema).migrate;time.Sleep\n" + end) == "");
  // It goes round in that call, and no lock is held from round to round.
  std::string rounds;
  for (int at = 10000000; at < 80000000; at += 10000000)
    rounds += fmt::format(
        "{0} - wake g4\n{0} g4 run on p1\n{0} g4 wait \"sleep\" @ main.migrations;main.(*schema).migrate;time.Sleep\n", at);
  CHECK(Accused(queue + " 0 g4 was waiting @ main.migrations;main.(*schema).migrate;time.Sleep\n" + rounds + end) != "");
  // That call began when the others were waiting already: it does not have it.
  CHECK(Accused(queue + R"(      0 g4 was waiting @ main.migrations;time.Sleep
 30000000 - wake g4
 30000001 g4 run on p1
 30000002 g4 wait "sleep" @ main.migrations;time.Sleep
 60000000 - wake g4
 60000001 g4 run on p1
 60000002 g4 wait "sleep" @ main.migrations;main.(*schema).migrate;time.Sleep
)" + end) != "");
}

TEST_CASE("a wait group older than the trace may wait for a long sleeper of its file, and errgroup's Wait for its tasks") {
  const auto script = [](const std::string& waits, const std::string& other) {
    return fmt::format(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was waiting @ {}
      0 g3 was waiting @ {}
 900000000 - create g9 main.tick
)",
                       waits, other);
  };
  const std::string own = "main.part;sync.(*WaitGroup).Wait",
                    group = "main.all;golang.org/x/sync/errgroup.(*Group).Wait;sync.(*WaitGroup).Wait";
  const std::string task = "golang.org/x/sync/errgroup.(*Group).Go.func1;main.fetch;time.Sleep";
  CHECK(Accused(script(own, "main.chunk;time.Sleep")) == "");
  CHECK(Accused(script(group, task)) == "");
  CHECK(Accused(script(group, "main.other;time.Sleep")) == "g2 leak");
}

TEST_CASE("a feeder that has parked in select{} for good is not stuck, but has gone on to something else") {
  // main has fed g2 and g3 from its own function, then it parks on purpose.
  std::string script = "      0 sync\n      0 g1 was running on p0\n      1 g1 create g2 main.(*room).run @ main.main\n";
  script += "      2 g2 run on p1\n      3 g2 wait \"select\" @ main.(*room).run;runtime.selectgo\n";
  for (int round = 0; round < 6; ++round) {
    script += fmt::format(
        "{0} g1 wake g2 @ main.main;runtime.chansend1\n{1} g2 run on p1\n{2} g2 wait \"select\" @ "
        "main.(*room).run;runtime.selectgo\n",
        10 + round * 10, 11 + round * 10, 12 + round * 10);
  }
  script += "100 g1 wait \"forever\" @ main.main;runtime.block\n 90000000 - create g9 main.tick\n";
  const auto source = test_support::TraceScript(script);
  const std::string why = test_support::Why(Analyse(*source, {}), 2);
  CHECK(why.find("gone on to something else") != std::string::npos);
  CHECK(why.find("are stuck themselves") == std::string::npos);
}

TEST_CASE("a reader behind a writer waits for that writer, kin or not") {
  // g3 reads and waits for its child g5, who wants to read; g4, no kin of g5, is queued to write.
  CHECK(Accused(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g3 main.querier @ main.main
      2 g1 create g4 main.compactor @ main.main
      3 g3 run on p1
      4 g3 create g5 main.(*head).part @ main.querier;main.(*head).query
      5 g3 wait "sync" @ main.querier;main.(*head).query;sync.(*WaitGroup).Wait
      6 g4 run on p1
      7 g4 wait "sync" @ main.compactor;main.(*head).compact;sync.(*RWMutex).Lock
      8 g5 run on p1
      9 g5 wait "sync" @ main.(*head).part;sync.(*RWMutex).RLock
 90000000 - create g9 main.tick
)") == "g3+g4+g5 deadlock");
}
