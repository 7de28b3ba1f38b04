#include <doctest/doctest.h>

#include <fmt/format.h>

#include "analysis/deadlock/deadlock.h"
#include "tests/analysis/deadlock/told.h"
#include "tests/support/trace_script.h"

namespace {

using namespace analysis::deadlock;
using test_support::Judged;
using test_support::Verdicts;

std::string Why(std::string_view script, int64_t id, std::string_view knowledge = {}) {
  return test_support::Why(Judged(script, knowledge), id);
}

// A WaitGroup whose only worker has ended, in a trace that goes on until `end`.
std::string Batch(int64_t end) {
  return fmt::format(R"(
      0 sync
      0 g1 was running on p0
      5 g1 create g2 main.batch.func1 @ main.main;main.batch
      6 g2 run on p1
      9 g2 exit
     10 g1 wait "sync" @ main.main;main.batch;sync.(*WaitGroup).Wait
 {} - create g9 main.tick
)",
                     end);
}

}  // namespace

// Times are nanoseconds; 1 ms is the shortest wait that can be called stuck.

TEST_CASE("a WaitGroup whose workers have all ended waits for ever; one whose worker still runs does not") {
  CHECK(Verdicts(Batch(90000000)) == "g1 leak");
  CHECK(Why(Batch(90000000), 1).find("those whose part it was to end this wait have ended") != std::string::npos);
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
  CHECK(Verdicts(kStuck, kTable) == "g2+g3 leak");
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
                 kTable) == "");
}

TEST_CASE("a wait older than the trace is no verdict while somebody has been away for less than half a second") {
  // What g2 does once it has slept is not known: it may well be the one who receives.
  const auto window = [](int64_t end, std::string_view sleeper) {
    return fmt::format(R"(
      0 sync
      0 g2 was waiting @ {}
      0 g3 was waiting @ main.client;queue.Submit;runtime.chansend1
      0 g4 was waiting @ main.client;queue.Submit;runtime.chanrecv1
 {} - create g9 main.tick
)",
                       sleeper, end);
  };
  constexpr const char* kAsleep = "work.Run;work.slow;time.Sleep";
  CHECK(Verdicts(window(100'000'000, kAsleep)) == "g3 suspect, g4 suspect");
  CHECK(Why(window(100'000'000, kAsleep), 3).find("would have to go on for 400ms more") != std::string::npos);
  CHECK(Verdicts(window(600'000'000, kAsleep)) == "g3+g4 deadlock");
  // With nobody away there is nothing to wait for.
  CHECK(Verdicts(window(100'000'000, "main.client;runtime.chansend1")).find("suspect") == std::string::npos);
}

TEST_CASE("who ended waits that the trace doesn't show, by what would end this one, may end this one too") {
  // g2 takes a job from g3, whose wait began before the trace, and works on it; g4 offers the next one.
  const auto script = [](std::string_view waking) {
    return fmt::format(R"(
      0 sync
      0 g2 was running on p0
      0 g3 was waiting
     10 g2 wake g3 @ {}
     11 g2 wait "sleep" @ work.Run;work.slow;time.Sleep
     12 g3 run on p1
     13 g3 wait "chan send" @ main.client;queue.Submit;runtime.chansend1
 900000000 - create g9 main.tick
)",
                       waking);
  };
  CHECK(Verdicts(script("work.Run;runtime.chanrecv2")) == "");
  CHECK(Verdicts(script("work.Run;sync.(*Mutex).Unlock")) == "g3 leak");
}

TEST_CASE(
    "who has idled since before the trace is not stuck for wakers that merely idle too, but is behind one that is stuck") {
  // g5 has served g4, of g2's kind, three times; then it waits itself, for whoever sends, or for ever.
  const auto script = [](std::string_view relay_waits) {
    std::string text = R"(
      0 sync
      0 g2 was waiting @ main.handler;main.run;runtime.chanrecv2
      0 g4 was running on p0
      0 g5 was running on p1
)";
    for (int round = 1; round <= 3; ++round) {
      text += fmt::format("{0}00000 g4 wait \"chan receive\" @ main.handler;main.run;runtime.chanrecv2\n", 20 * round);
      text += fmt::format("{0}00001 g5 wake g4 @ main.relay;runtime.chansend1\n{0}00002 g4 run on p0\n", 20 * round + 9);
    }
    text += fmt::format("7100000 g5 wait {}\n 900000000 - create g9 main.tick\n", relay_waits);
    return text;
  };
  const std::string idle = Verdicts(script("\"chan receive\" @ main.relay;main.next;runtime.chanrecv1"));
  CHECK(idle == "g5 suspect, g2 suspect");
  CHECK(Verdicts(script("\"forever\" @ main.relay;runtime.block")) == "g5 leak, g2 leak");
}

TEST_CASE("a wait that is short for its kind is no verdict yet, and the text says how long it takes") {
  CHECK(Verdicts(Batch(200010)) == "g1 suspect");
  CHECK(Why(Batch(200010), 1).find("would have to go on for 800us more") != std::string::npos);
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
  CHECK(Verdicts(kScript, "frame lib.(*Client).send\nis idle\n") == "");
}

TEST_CASE("senders that stay where their peers come and go are leaked, though somebody might still come; one is not yet") {
  // Calls that take 1 us each, then some that stay in their send. The one who started them is still there, and may yet
  // receive.
  const auto script = [](int stay) {
    std::string text = "0 sync\n0 g1 was running on p0\n";
    int64_t time = 10;
    int id = 2;
    for (int i = 0; i < 10; ++i, ++id, time += 1000) {
      text += fmt::format("{} g1 create g{} main.call @ main.main;main.serve\n", time, id);
      text += fmt::format("{} g{} run on p1\n{} g{} exit\n", time + 1, id, time + 900, id);
    }
    for (int i = 0; i < stay; ++i, ++id, time += 9'000'000) {
      text += fmt::format("{} g1 create g{} main.call @ main.main;main.serve\n", time, id);
      text += fmt::format("{} g{} run on p1\n{} g{} wait \"chan send\" @ main.call\n", time + 1, id, time + 2, id);
    }
    text += fmt::format("{} g1 wait \"sleep\" @ main.main;main.serve;time.Sleep\n", time);
    text += fmt::format("{} - create g999 main.tick\n", time + 90'000'000);
    return text;
  };
  CHECK(Verdicts(script(1)) == "g12 suspect");
  CHECK(Verdicts(script(9)).find("g20 leak") != std::string::npos);
  CHECK(Why(script(9), 12).find("others of the same go statement lived") != std::string::npos);
}

TEST_CASE("a pipe's write is a send, its read may idle") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.copy @ main.main
      2 g2 run on p1
      3 g2 wait "select" @ main.copy;io.(*PipeWriter).Write;io.(*pipe).write;runtime.selectgo
      4 g1 exit
 90000000 - create g9 main.tick
)";
  CHECK(Verdicts(kScript) == "g2 leak");
  const Result result = Judged(kScript, {});
  CHECK(result.facts->at(result.facts->RowOf(2)).wait->kind == WaitKind::kSend);
}

TEST_CASE("a worker that has gone round its loop since the send began is at another channel") {
  // g3 waits at its receive again and again while g2 waits to send.
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.complain @ main.main
      2 g1 create g3 main.serve @ main.main
      3 g2 run on p1
      4 g2 wait "chan send" @ main.complain
      5 g3 run on p1
      6 g3 wait "chan receive" @ main.serve
     10 - wake g3
     11 g3 run on p1
     12 g3 wait "chan receive" @ main.serve
     13 g1 wait "forever" @ main.main;runtime.block
 90000000 - create g9 main.tick
)";
  CHECK(Verdicts(kScript).find("g2 leak") != std::string::npos);
}

TEST_CASE("a group's Wait is ended by those who were handed to the group's Go, idle or not") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 lib.(*Group).Go.func1 @ main.main;main.begin;lib.(*Group).Go
      2 g1 create g3 lib.(*Group).Wait @ main.main;main.begin
      3 g2 run on p1
      4 g2 wait "sleep" @ lib.(*Group).Go.func1;main.work;time.Sleep
      5 g3 run on p1
      6 g3 wait "sync" @ lib.(*Group).Wait;sync.(*WaitGroup).Wait
      7 g1 exit
 90000000 - create g9 main.tick
)";
  CHECK(Verdicts(kScript) == "");
  std::string ended(kScript);
  ended.replace(ended.find("g2 wait"),
                std::string_view("g2 wait \"sleep\" @ lib.(*Group).Go.func1;main.work;time.Sleep").size(), "g2 exit");
  CHECK(Verdicts(ended) == "g3 leak");
}

TEST_CASE("a goroutine of the pool's own, parked by design, holds none of the pool's resources") {
  constexpr const char* kTable = "frame lib.(*Pool).Get\nis resource\n\nframe lib.(*Pool).watch\nis idle\n";
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.handle @ main.main
      2 g1 create g3 lib.(*Pool).watch @ main.main
      3 g2 run on p1
      4 g2 wait "select" @ main.handle;lib.(*Pool).Query;lib.(*Pool).Get;runtime.selectgo
      5 g3 run on p1
      6 g3 wait "select" @ lib.(*Pool).watch;runtime.selectgo
 90000000 - create g9 main.tick
)",
                 kTable) == "g2 leak");
}
