#include <doctest/doctest.h>

#include "tests/analysis/deadlock/told.h"

// Which goroutines are named as waiting for each other. Times are nanoseconds; 1 ms is the shortest wait that can be called
// stuck.
namespace {

using test_support::Verdicts;

// Twenty workers of one call, of which the last does what `wait` says; `end` is what their creator then does.
std::string Call(std::string_view end, std::string_view wait) {
  std::string script = "0 sync\n0 g1 was running on p0\n1 g1 create g2 main.reporter @ main.main\n2 g2 run on p1\n";
  for (int i = 0; i < 20; ++i) {
    const int at = 10 + 10 * i;
    script += fmt::format("{} g2 create g{} main.query @ main.reporter;main.report\n{} g{} run on p2\n", at, 10 + i, at + 1,
                          10 + i);
    script += i < 19 ? fmt::format("{} g{} exit\n", at + 2, 10 + i) : fmt::format("{} g{} {}\n", at + 2, 10 + i, wait);
  }
  return script + fmt::format("500 g2 {}\n90000000 - create g99 main.tick\n", end);
}

}  // namespace

TEST_CASE("who waits in the very call that started a goroutine belongs to it, however many others the call has started") {
  // The rows are read only after Wait.
  CHECK(Verdicts(Call("wait \"sync\" @ main.reporter;main.report;sync.(*WaitGroup).Wait",
                      "wait \"chan send\" @ main.query")) == "g2+g29 deadlock");
}

TEST_CASE(
    "the function that a library was given to run is a loop like one behind a go statement, and holds no lock by itself") {
  // A task takes the lock that its group's owner holds while it waits for a place in the group.
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.(*index).feed @ main.main
      2 g2 run on p1
      3 g2 create g3 golang.org/x/sync/errgroup.(*Group).Go.func1 @ main.(*index).feed;golang.org/x/sync/errgroup.(*Group).Go
      4 g3 run on p2
      5 g3 wait "sync" @ golang.org/x/sync/errgroup.(*Group).Go.func1;main.(*index).feed.func1;main.(*index).add;sync.(*Mutex).Lock
      6 g2 wait "chan send" @ main.(*index).feed;golang.org/x/sync/errgroup.(*Group).Go
 90000000 - create g9 main.tick
)") == "g2+g3 deadlock");
}

TEST_CASE("a pool emptied by those who want one more is a ring, also where they have waited since before the trace began") {
  constexpr const char* kTable = "frame lib.(*Pool).Get\nis resource\n";
  CHECK(Verdicts(R"(
      0 sync
      0 g2 was waiting @ main.export;main.table:9;lib.(*Pool).Get;runtime.selectgo
      0 g3 was waiting @ main.export;main.table:9;lib.(*Pool).Get;runtime.selectgo
      0 g4 was running on p0
      0 g5 was running on p1
      1 g4 wait "select" @ main.export;main.table:5;lib.(*Pool).Get;runtime.selectgo
      2 g5 wake g4 @ main.export;lib.(*Pool).Put
      3 g5 exit
      4 g4 run on p0
      5 g4 exit
 90000000 - create g9 main.tick
)",
                 kTable) == "g2+g3 deadlock");
}

TEST_CASE("who was seen to end such waits is part of the ring, though it waits for a goroutine of its own") {
  // A publisher waits for the goroutine that delivers, which waits for its own, which waits for the handler's answer; and
  // the handler publishes.
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.handler @ main.main
      2 g2 run on p1
      3 g2 wait "chan receive" @ main.handler
     10 g1 create g3 main.(*topic).send.func1 @ main.main;main.(*topic).Publish;main.(*topic).send
     11 g3 run on p2
     12 g3 create g4 main.(*topic).send.func1.1 @ main.(*topic).send.func1
     13 g3 wait "sync" @ main.(*topic).send.func1;sync.(*WaitGroup).Wait
     14 g4 run on p3
     15 g4 wake g2 @ main.(*topic).send.func1.1;main.(*topic).deliver;runtime.chansend1
     16 g4 wait "select" @ main.(*topic).send.func1.1;main.(*topic).deliver;runtime.selectgo
     17 g1 wait "select" @ main.main;main.(*topic).Publish;main.(*topic).await;runtime.selectgo
     18 g2 run on p1
     19 g2 wake g4 @ main.handler;main.(*message).Ack;runtime.closechan
     20 g4 run on p3
     21 g4 wake g3 @ main.(*topic).send.func1.1;sync.(*WaitGroup).Done
     22 g4 exit
     23 g3 run on p2
     24 g3 wake g1 @ main.(*topic).send.func1;runtime.closechan
     25 g3 exit
     26 g2 wait "chan receive" @ main.handler
     27 g1 run on p0
     30 g1 create g5 main.(*topic).send.func1 @ main.main;main.(*topic).Publish;main.(*topic).send
     31 g5 run on p2
     32 g5 create g6 main.(*topic).send.func1.1 @ main.(*topic).send.func1
     33 g5 wait "sync" @ main.(*topic).send.func1;sync.(*WaitGroup).Wait
     34 g6 run on p3
     35 g6 wake g2 @ main.(*topic).send.func1.1;main.(*topic).deliver;runtime.chansend1
     36 g6 wait "select" @ main.(*topic).send.func1.1;main.(*topic).deliver;runtime.selectgo
     37 g1 wait "select" @ main.main;main.(*topic).Publish;main.(*topic).await;runtime.selectgo
     38 g2 run on p1
     39 g2 wait "sync" @ main.handler;main.(*topic).Publish;sync.(*Mutex).Lock
 90000000 - create g99 main.tick
)") == "g1+g2+g5+g6 deadlock");
}

TEST_CASE("a lock may be held by one whose birth the trace does not show, though the waiter has kin") {
  // g3 takes the lock of the plan, and waits for a slot that g4 has; g4 waits for a lock that g2 has, whose worker g5 wants
  // the plan.
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      0 g3 was running on p1
      0 g4 was running on p2
      1 g4 wait "sleep" @ main.(*cluster).move:2;time.Sleep
      2 g3 wait "sleep" @ main.(*cluster).plan:2;time.Sleep
      3 - wake g3
      4 g3 run on p1
      5 g3 wait "chan send" @ main.(*cluster).plan:4
      6 - wake g4
      7 g4 run on p2
      8 g4 wake g3 @ main.(*cluster).move:9;runtime.chanrecv1
      9 g3 run on p1
     10 g3 wait "sleep" @ main.(*cluster).plan:2;time.Sleep
     11 g4 wait "sleep" @ main.(*cluster).move:2;time.Sleep
     12 g1 create g2 main.(*cluster).heal @ main.main
     13 g2 run on p3
     14 g2 create g5 main.(*cluster).probe @ main.(*cluster).heal:4
     15 g2 wait "sync" @ main.(*cluster).heal:6;sync.(*WaitGroup).Wait
     16 g5 run on p3
     17 g5 wait "sync" @ main.(*cluster).probe:3;sync.(*Mutex).Lock
     18 - wake g3
     19 g3 run on p1
     20 g3 wait "chan send" @ main.(*cluster).plan:4
     21 - wake g4
     22 g4 run on p2
     23 g4 wait "sync" @ main.(*cluster).move:5;sync.(*Mutex).Lock
 90000000 - create g99 main.tick
)") == "g3+g4+g2+g5 deadlock");
}

TEST_CASE("who stands at a Lock that a sender has passed will do what the sender does, and not receive from it") {
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.session @ main.main
      2 g1 create g3 main.session @ main.main
      3 g2 run on p1
      4 g2 wait "chan send" @ main.session;main.(*hub).Close:34;sync.(*Once).Do;main.(*hub).Close.func1
      5 g3 run on p2
      6 g3 wait "sync" @ main.session;main.(*hub).Close:34;sync.(*Once).Do;sync.(*Mutex).Lock
      7 g1 exit
 90000000 - create g99 main.tick
)") == "g3 leak, g2 leak");
}

TEST_CASE(
    "a sender is not accused while a goroutine of its type has slept since before the trace: it may receive when it wakes") {
  // The writer of a log sleeps; the sequencer stands before it, and the producers before that one.
  constexpr const char* kPaused = R"(
      0 sync
      0 g2 was waiting @ main.(*wal).produce;runtime.chansend1
      0 g3 was waiting @ main.(*wal).sequence;runtime.chansend1
      0 g4 was waiting @ {};time.Sleep
700000000 - create g99 main.tick
)";
  const auto paused = [&](std::string_view sleeper) { return fmt::format(fmt::runtime(kPaused), sleeper); };
  CHECK(Verdicts(paused("main.(*wal).write")) == "g2 suspect, g3 suspect");
  CHECK(Verdicts(paused("other.(*cache).clean:other.go")) == "g2+g3 deadlock");
}

TEST_CASE("readers of a lock that somebody alive may hold are not each other's deadlock, nor is kin that merely is left") {
  // g4 sleeps inside of a method of the type, since before the two came.
  CHECK(Verdicts(R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g4 main.(*index).refresh @ main.main
      2 g4 run on p1
      3 g4 wait "sleep" @ main.(*index).refresh;time.Sleep
      4 g1 create g2 main.(*index).scan @ main.main
      5 g1 create g3 main.(*index).get @ main.main
      6 g2 run on p1
      7 g2 wait "sync" @ main.(*index).scan;sync.(*RWMutex).RLock
      8 g3 run on p1
      9 g3 wait "sync" @ main.(*index).get;sync.(*RWMutex).RLock
 90000000 - create g99 main.tick
)") == "");
}

TEST_CASE("goroutines that came within less than half a second are a start-up, not growth") {
  const auto janitors = [](int64_t apart) {
    std::string script = "0 sync\n0 g1 was running on p0\n";
    for (int i = 0; i < 9; ++i) {
      const int64_t at = 1 + i * apart;
      script += fmt::format("{} g1 create g{} main.open @ main.main\n{} g{} run on p1\n", at, 10 + i, at + 1, 10 + i);
      script += fmt::format("{} g{} create g{} main.(*cache).janitor @ main.open\n{} g{} exit\n", at + 2, 10 + i, 30 + i,
                            at + 3, 10 + i);
      script += fmt::format("{} g{} run on p1\n{} g{} wait \"chan receive\" @ main.(*cache).janitor\n", at + 4, 30 + i,
                            at + 5, 30 + i);
    }
    return script + fmt::format("{} - create g99 main.tick\n", 10 * apart);
  };
  CHECK(Verdicts(janitors(30'000'000)).find("leak") == std::string::npos);
  CHECK(Verdicts(janitors(300'000'000)).find("leak") != std::string::npos);
}
