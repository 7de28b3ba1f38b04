#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/analysis/deadlock/told.h"

using test_support::Verdicts;

// Whom a waiter may still hope for: who may have its lock, do its group's work, or be before it in a queue.

TEST_CASE("who is overtaken at a lock waits for another object, which may be held by one who has been inside all along") {
  // g4 and g5 hand one key's lock to and fro in main.sync; g3 waits there for another key's, which g2 has or has not.
  const auto script = [](std::string_view holder) {
    std::string text = fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.worker @ main.main
      1 g1 create g3 main.worker @ main.main
      2 g1 create g4 main.worker @ main.main
      2 g1 create g5 main.worker @ main.main
      3 g2 run on p1
      4 g2 wait "sleep" @ {}
      5 g3 run on p1
      6 g3 wait "sync" @ main.worker;main.sync;sync.(*Mutex).Lock
      7 g4 run on p1
      8 g5 run on p2
)",
                                   holder);
    for (int64_t round = 1; round <= 8; ++round) {
      const int64_t begin = round * 100'000'000;
      const int late = round % 2 == 0 ? 4 : 5;
      text += fmt::format("{} g{} wait \"sync\" @ main.worker;main.sync;sync.(*Mutex).Lock\n", begin, late);
      text += fmt::format("{} g{} wake g{} @ main.worker;main.sync;sync.(*Mutex).Unlock\n", begin + 10, 9 - late, late);
      for (const int who : {9 - late, late}) {
        if (who == late) text += fmt::format("{} g{} run on p{}\n", begin + 20, who, who - 3);
        text += fmt::format("{} g{} wait \"sleep\" @ main.worker;main.rest;time.Sleep\n", begin + 30, who);
        text += fmt::format("{} - wake g{}\n{} g{} run on p{}\n", begin + 40, who, begin + 41, who, who - 3);
      }
    }
    return text + "900000000 - create g9 main.tick\n";
  };
  CHECK(Verdicts(script("main.worker;main.sync;time.Sleep")) == "");
  CHECK(Verdicts(script("main.worker;main.rest;time.Sleep")) == "g3 leak");
}

TEST_CASE("a lock is no orphan while one of whom nothing is known is in a select in its file since before") {
  const auto script = [](std::string_view wait) {
    return fmt::format(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was waiting @ main.maintain;{}
      0 g3 was waiting @ main.worker;sync.(*Mutex).Lock
 900000000 - create g9 main.tick
)",
                       wait);
  };
  CHECK(Verdicts(script("runtime.selectgo")) == "g3 suspect, g2 suspect");
  CHECK(Verdicts(script("sync.(*Mutex).Lock")) == "g2 leak, g3 leak");
}

TEST_CASE("who has gone round its loop since before a waiter ever got through may hold the lock from round to round") {
  // g2's loop has slept three times since g3 came; the other way round, g3 had been through before.
  const auto script = [](std::string_view before) {
    return fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.report @ main.main
      2 g2 run on p1
      3 g2 wait "sleep" @ main.report;time.Sleep
      4 g1 create g3 main.writer @ main.main
      5 g3 run on p1
{}
 10000000 g3 wait "sync" @ main.writer;sync.(*RWMutex).Lock
100000000 - wake g2
100000001 g2 run on p1
100000002 g2 wait "sleep" @ main.report;time.Sleep
200000000 - wake g2
200000001 g2 run on p1
200000002 g2 wait "sleep" @ main.report;time.Sleep
900000000 - create g9 main.tick
)",
                       before);
  };
  CHECK(Verdicts(script("")) == "g3 suspect");
  CHECK(Verdicts(script(R"(
      6 g3 wait "sleep" @ main.writer;main.rest;time.Sleep
   1006 - wake g3
   1007 g3 run on p1
   1008 g3 wait "sync" @ main.writer;sync.(*RWMutex).Lock
   1009 - wake g3
   1010 g3 run on p1
   1011 g3 wait "sleep" @ main.writer;main.rest;time.Sleep
   2006 - wake g3
   2007 g3 run on p1
)")) == "g3 leak");
}

TEST_CASE("work that is handed out may hand out more: a group's Wait is ended by the last of them") {
  // g2 crawls: it has started g3, which has started g4 and ended. g4 is still at work, or has ended too.
  const auto script = [](std::string_view end) {
    return fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.crawl @ main.main
      2 g2 run on p1
      3 g2 create g3 lib.(*Crawler).fetch @ main.crawl;lib.(*Crawler).Visit
      4 g2 wait "sync" @ main.crawl;lib.(*Crawler).Wait;sync.(*WaitGroup).Wait
      5 g3 run on p1
      6 g3 create g4 lib.(*Crawler).fetch @ lib.(*Crawler).fetch;lib.(*Crawler).Visit
      7 g3 exit
      8 g4 run on p1
      9 g4 {}
900000000 - create g9 main.tick
)",
                       end);
  };
  CHECK(Verdicts(script(R"(wait "sleep" @ lib.(*Crawler).fetch;time.Sleep)")) == "");
  CHECK(Verdicts(script("exit")) == "g2 leak");
}

TEST_CASE("a semaphore that the program asks itself may be held by one at work beside the function that asks") {
  // g2 works in steps in a call of its own; g3 asks for a share, by its own hand or through a library's pool.
  const auto script = [](std::string_view asks) {
    return fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.worker @ main.main
      2 g2 run on p1
      3 g2 wait "sleep" @ main.worker;main.batch;time.Sleep
      4 g1 create g3 main.second @ main.main
      5 g3 run on p1
      6 g3 wait "select" @ main.second;{}golang.org/x/sync/semaphore.(*Weighted).Acquire;runtime.selectgo
200000000 - wake g2
200000001 g2 run on p1
200000002 g2 wait "sleep" @ main.worker;main.batch;time.Sleep
400000000 - wake g2
400000001 g2 run on p1
400000002 g2 wait "sleep" @ main.worker;main.batch;time.Sleep
900000000 - create g9 main.tick
)",
                       asks);
  };
  CHECK(Verdicts(script("")) == "g3 suspect");
  CHECK(Verdicts(script("lib.(*Pool).Get:mod/lib@v1.0.0/pool.go;")) == "g3 leak");
}
