// Many objects, one code: what somebody does with another one of them is no hope for who is stuck at this one.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "analysis/deadlock/deadlock.h"
#include "tests/analysis/deadlock/told.h"
#include "tests/support/trace_script.h"

namespace {

using namespace analysis::deadlock;
using test_support::Judged;
using test_support::Verdicts;

constexpr int64_t kMs = 1'000'000;

// A goroutine that waits like this now, and is woken, runs and waits again every 5 ms until `end`.
std::string Rounds(int id, const std::string& wait, int64_t begin, int64_t end) {
  std::string text;
  for (int64_t at = begin; at < end; at += 5 * kMs)
    text += fmt::format("{0} - wake g{1}\n{2} g{1} run on p1\n{3} g{1} wait {4}\n", at, id, at + 1, at + 2, wait);
  return text;
}

const std::string kEnd = "900000000 - create g99 main.tick\n";

// g2 feeds a zone from time to time, and g3 serves it; after 100 ms g2 wants the zone's lock.
const std::string kFeederPauses = "\"sleep\" @ main.feeder;time.Sleep";
const std::string kFeederWantsLock =
    "100000000 - wake g2\n100000001 g2 run on p1\n100000002 g2 wait \"sync\" @ "
    "main.feeder;main.(*zone).set;sync.(*Mutex).Lock\n";
std::string FeederAndServer(const std::string& server_waits) {
  return fmt::format(R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.feeder @ main.main
2 g1 create g3 main.(*zone).serve @ main.main
3 g3 run on p2
4 g3 wait {}
5 g2 run on p1
6 g2 wait {}
7 g1 wait "forever" @ main.main;runtime.block
)",
                     server_waits, kFeederPauses);
}

}  // namespace

TEST_CASE("a consumer that waits for more, again and again, is not at the channel of a sender who waits") {
  // g2 was served by g3, which has ended; g5 serves g4 the same way.
  const std::string script = R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.(*tenant).writer @ main.main
2 g1 create g3 main.(*tenant).index @ main.main
3 g1 create g5 main.(*tenant).index @ main.main
4 g5 run on p1
5 g5 wait "chan receive" @ main.(*tenant).index;runtime.chanrecv1
6 g3 run on p2
7 g3 wait "chan receive" @ main.(*tenant).index;runtime.chanrecv1
8 g2 run on p1
9 g2 wake g3 @ main.(*tenant).writer;main.put;runtime.chansend1
10 g3 run on p2
11 g2 wait "chan send" @ main.(*tenant).writer;main.put;runtime.chansend1
12 g3 wake g2 @ main.(*tenant).index;runtime.chanrecv1
13 g2 run on p1
14 g3 exit
15 g2 wait "chan send" @ main.(*tenant).writer;main.put;runtime.chansend1
16 g1 wait "sleep" @ main.main;time.Sleep
)";
  const std::string receive = "\"chan receive\" @ main.(*tenant).index;runtime.chanrecv1";
  const Result stuck = Judged(script + Rounds(5, receive, kMs, 800 * kMs) + kEnd);
  CHECK(test_support::Told(stuck, {Verdict::kDeadlock, Verdict::kLeak}) == "g2 leak");
  // One that is busy with what it received last may come.
  const Result open =
      Judged(script + "20 - wake g5\n21 g5 run on p1\n22 g5 wait \"sleep\" @ main.(*tenant).index;time.Sleep\n" + kEnd);
  CHECK(test_support::Told(open, {Verdict::kDeadlock, Verdict::kLeak}) == "");
}

TEST_CASE("workers that all put more into the queue they are to empty wait for each other") {
  std::string script =
      "0 sync\n0 g1 was running on p0\n1 g1 create g2 main.worker @ main.main\n2 g1 create g3 main.worker @ main.main\n";
  script += "3 g2 run on p1\n4 g2 wait \"select\" @ main.worker;runtime.selectgo\n";
  script += "5 g3 run on p1\n6 g3 wake g2 @ main.worker;runtime.chansend1\n7 g2 run on p2\n";
  script +=
      "8 g2 wait \"chan send\" @ main.worker;runtime.chansend1\n9 g3 wait \"chan send\" @ main.worker;runtime.chansend1\n";
  script += "10 g1 wait \"forever\" @ main.main;runtime.block\n";
  CHECK(Verdicts(script + kEnd) == "g2+g3 deadlock");
}

TEST_CASE("a loop of the table is idle where it receives, not where it hands on") {
  const auto script = [](const std::string& wait) {
    return "0 sync\n0 g1 was running on p0\n1 g1 create g2 lib.(*Stage).run @ main.main\n2 g2 run on p1\n3 g2 wait " + wait +
           "\n4 g1 exit\n" + kEnd;
  };
  constexpr const char* kTable = "frame lib.(*Stage).run\nis loop\n";
  CHECK(Verdicts(script("\"chan receive\" @ lib.(*Stage).run;runtime.chanrecv1"), kTable) == "");
  CHECK(Verdicts(script("\"chan send\" @ lib.(*Stage).run;runtime.chansend1"), kTable) == "g2 leak");
}

TEST_CASE("of a pool's users, those count who may have been given what is wanted") {
  constexpr const char* kTable = "frame lib.(*Pool).Get\nis resource\n";
  // g2 waits in a call; it has started g3 in that call, in one that has returned, or g3 is a server's idle connection.
  const auto script = [](const std::string& start, const std::string& made_in) {
    return fmt::format(R"(
0 sync
0 g1 was running on p0
1 g1 create g2 {0} @ main.main
2 g2 run on p1
3 g2 create g3 {0} @ {0};{1}
4 g3 run on p2
5 g3 wait "network" @ {0};net.Read
6 g2 wait "select" @ {0};main.report;lib.(*Pool).Get;runtime.selectgo
7 g1 wait "forever" @ main.main;runtime.block
)",
                       start, made_in) +
           kEnd;
  };
  CHECK(Verdicts(script("net/http.(*conn).serve", "main.report"), kTable) == "");
  CHECK(Verdicts(script("net/http.(*conn).serve", "net/http.(*connReader).start"), kTable) == "g2 leak");
  CHECK(Verdicts(script("main.handle", "main.before"), kTable) == "g2 suspect");
}

TEST_CASE("a goroutine that lives as long as its creator has one tells who holds a place in a pool") {
  constexpr const char* kTable =
      "frame lib.(*Pool).Get\nis resource\ntoken lib.(*Session).watch\n\nframe lib.(*Session).watch\nis open\n";
  const std::string script = R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.writer @ main.main
2 g1 create g3 main.reporter @ main.main
3 g2 run on p1
4 g2 create g4 lib.(*Session).watch @ main.writer;main.(*store).write;lib.(*Pool).Get
5 g4 run on p2
6 g4 wait "chan receive" @ lib.(*Session).watch;runtime.chanrecv1
7 g2 wait {} @ main.writer;main.(*store).write;{}
8 g3 run on p2
9 g3 wait "select" @ main.reporter;main.(*store).report;lib.(*Pool).Get;runtime.selectgo
10 g1 wait "forever" @ main.main;runtime.block
)";
  const auto waiting = [&](std::string_view reason, std::string_view frame) {
    return fmt::format(fmt::runtime(script), reason, frame) + kEnd;
  };
  CHECK(Verdicts(waiting("\"sync\"", "sync.(*Mutex).Lock"), kTable).starts_with("g2+g3 deadlock"));
  CHECK(Verdicts(waiting("\"sleep\"", "time.Sleep"), kTable) == "");
}

TEST_CASE("who went round a method while the waiter went through the lock, again and again, does not hold it") {
  const std::string serve = "\"sleep\" @ main.(*zone).serve;time.Sleep", begin = FeederAndServer(serve);
  const std::string rounds = Rounds(2, kFeederPauses, kMs, 90 * kMs);
  CHECK(Verdicts(begin + rounds + kFeederWantsLock + Rounds(3, serve, 110 * kMs, 800 * kMs) + kEnd) == "g2 leak");
  // It goes round, but whether it did before the lock was taken is not known: a long job under the lock would look alike.
  CHECK(Verdicts(begin + kFeederWantsLock + Rounds(3, serve, 110 * kMs, 800 * kMs) + kEnd) == "g2 suspect");
}

TEST_CASE("a loop is not taken to hold the lock that it takes in each round") {
  const std::string script = R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.(*zone).transfer @ main.main
2 g2 run on p1
3 g2 wait "sync" @ {}
4 g1 wait "forever" @ main.main;runtime.block
)";
  const auto waiting = [&](std::string_view stack) { return fmt::format(fmt::runtime(script), stack) + kEnd; };
  CHECK(Verdicts(waiting("main.(*zone).transfer;main.(*zone).set;sync.(*Mutex).Lock")) == "g2 leak");
  // What it has called, and is in the middle of, may have.
  CHECK(Verdicts(waiting("main.(*zone).transfer;main.(*zone).print;main.(*zone).String;sync.(*Mutex).Lock")) ==
        "g2 deadlock");
}

TEST_CASE("a driver that a pool's package calls is at work for who called that package") {
  constexpr const char* kTable = "frame lib.(*Pool).Get\nis resource\n";
  const std::string script = R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.handle @ main.main
2 g1 create g3 main.report @ main.main
3 g2 run on p1
4 g2 wait "select" @ main.handle;lib.(*Pool).Get;runtime.selectgo
5 g3 run on p2
6 g3 wait "network" @ main.report;lib.(*Rows).Next;driver.(*Conn).fetch;net.Read
7 g1 wait "forever" @ main.main;runtime.block
)";
  CHECK(Verdicts(script + kEnd, kTable) == "");
}

TEST_CASE("a closer waits for the users of its channel, who need not be its kin") {
  // Three that stand in `go func() { users.Wait(); close(channel) }()`, in a window.
  std::string script = "0 sync\n0 g1 was running on p0\n1 g1 create g2 main.open.func1 @ main.main;main.open\n";
  script +=
      "2 g1 create g3 main.open.func1 @ main.main;main.open\n3 g1 create g4 main.listen.func1 @ main.main;main.listen\n";
  for (int id = 2; id <= 4; ++id)
    script += fmt::format("{2} g{0} run on p1\n{2} g{0} wait \"sync\" @ main.{1}.func1;sync.(*WaitGroup).Wait\n", id,
                          id < 4 ? "open" : "listen", id + 5);
  script += "20 g1 wait \"forever\" @ main.main;runtime.block\n";
  CHECK(Verdicts(script + kEnd).find("deadlock") == std::string::npos);
}

TEST_CASE(
    "a call that takes far longer than it ever did is suspect while those who answered others go about something else") {
  // g2 asks and g3 answers, four times; then g3 goes its rounds, and no answer comes.
  std::string script = R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.client @ main.main
2 g1 create g3 main.leader @ main.main
3 g3 run on p2
4 g3 wait "sleep" @ main.leader;time.Sleep
5 g1 wait "sleep" @ main.main;time.Sleep
)";
  const std::string ask = "\"chan receive\" @ main.client;main.commit;runtime.chanrecv1";
  script += fmt::format("{} g2 run on p1\n{} g2 wait {}\n", kMs, kMs + 1, ask);
  for (int64_t at = 2 * kMs; at < 40 * kMs; at += 10 * kMs) {
    script += fmt::format("{0} - wake g3\n{0} g3 run on p2\n{1} g3 wake g2 @ main.leader;runtime.chansend1\n", at, at + 1);
    script +=
        fmt::format("{0} g2 run on p1\n{0} g2 wait {1}\n{0} g3 wait \"sleep\" @ main.leader;time.Sleep\n", at + 2, ask);
  }
  const std::string rounds = Rounds(3, "\"sleep\" @ main.leader;time.Sleep", 50 * kMs, 800 * kMs);
  CHECK(Verdicts(script + rounds + kEnd) == "g2 suspect");
  CHECK(test_support::Why(Judged(script + rounds + kEnd), 2).find("used to come back within 10ms") != std::string::npos);
  CHECK(Verdicts(script + "60000000 - create g99 main.tick\n") == "");
}

TEST_CASE("who waits behind its own go statement is not idle when what it started there has ended") {
  const auto script = [](const std::string& receives_in) {
    return fmt::format(R"(
0 sync
0 g1 was running on p0
1 g1 create g3 main.dial @ main.main
2 g3 run on p1
3 g3 create g2 main.dial.func1 @ main.dial
4 g3 exit
5 g2 run on p1
6 g2 create g4 main.watch @ main.dial.func1
7 g4 run on p2
8 g4 exit
9 g2 wait "chan receive" @ {};runtime.chanrecv1
10 g1 wait "sleep" @ main.main;time.Sleep
)",
                       receives_in) +
           kEnd;
  };
  CHECK(test_support::Told(Judged(script("main.dial.func1")), {Verdict::kLeak}) == "g2 leak");
  CHECK(test_support::Told(Judged(script("main.dial.func1;main.next")), {Verdict::kLeak}) == "");
}

TEST_CASE("a loop that has begun a long job since may do it under the lock") {
  // g3 ticks, as it did all the time, and then reads file after file; g2 went its rounds before.
  const std::string read = "\"sleep\" @ main.(*zone).serve;main.readSlowly;time.Sleep";
  const Result result =
      Judged(FeederAndServer("\"select\" @ main.(*zone).serve;runtime.selectgo") + Rounds(2, kFeederPauses, kMs, 90 * kMs) +
             kFeederWantsLock + Rounds(3, read, 99 * kMs, 800 * kMs) + kEnd);
  CHECK(test_support::Told(result, {Verdict::kDeadlock, Verdict::kLeak}) == "");
}

TEST_CASE("who has called into the pool's package and is busy there has what others queue for") {
  constexpr const char* kTable = "frame lib.(*Pool).Get\nis resource\n";
  const auto script = [](std::string_view busy) {
    return fmt::format(R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.handle @ main.main
2 g1 create g3 main.refresh @ main.main
3 g2 run on p1
4 g2 wait "select" @ main.handle;lib.(*Pool).Get;runtime.selectgo
5 g3 run on p2
6 g3 wait "network" @ {}
7 g1 wait "forever" @ main.main;runtime.block
)",
                       busy) +
           kEnd;
  };
  CHECK(Verdicts(script("main.refresh;lib.(*Conn).Exec;net.Read"), kTable) == "");
  CHECK(Verdicts(script("main.refresh;net.Read"), kTable) == "g2 leak");
}

TEST_CASE("a wrapper that everything is started with says nothing of who waits for whom") {
  // Two senders that somebody may still serve (he sleeps on his round), both inside lib.safely.
  std::string script =
      "0 sync\n0 g1 was running on p0\n1 g1 create g2 lib.safely @ main.main\n2 g1 create g3 lib.safely @ main.main\n";
  script += "3 g1 wait \"chan receive\" @ main.main;runtime.chanrecv1\n";
  for (int id : {2, 3})
    script += fmt::format("{0} g{1} run on p{1}\n{0} g{1} wait \"chan send\" @ lib.safely;main.stage{1};runtime.chansend1\n",
                          id + 5, id);
  const std::string rounds = Rounds(1, "\"sleep\" @ main.main;time.Sleep", kMs, 800 * kMs);
  CHECK(test_support::Told(Judged(script + rounds + kEnd), {Verdict::kDeadlock, Verdict::kLeak}) == "");
}

TEST_CASE("who sleeps in a method all the while that others queue may hold their lock, whatever started him") {
  // A writer behind a reader who sleeps with the lock, another reader behind the writer.
  const std::string script = R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.(*index).scan @ main.main
2 g1 create g3 main.(*index).rebuild @ main.main
3 g1 create g4 main.(*index).get @ main.main
4 g2 run on p1
5 g2 wait "sleep" @ main.(*index).scan;time.Sleep
6 g3 run on p1
7 g3 wait "sync" @ main.(*index).rebuild;sync.(*RWMutex).Lock
8 g4 run on p1
9 g4 wait "sync" @ main.(*index).get;sync.(*RWMutex).RLock
10 g1 wait "forever" @ main.main;runtime.block
)";
  CHECK(test_support::Told(Judged(script + kEnd), {Verdict::kDeadlock, Verdict::kLeak}) == "");
}

TEST_CASE(
    "who goes round inside of a call in the lock's file may be at a long job under the lock, for all that a window shows") {
  const auto script = [](const std::string& stack) {
    return "0 sync\n0 g1 was running on p0\n0 g2 was waiting @ main.reader;sync.(*RWMutex).RLock\n0 g3 was waiting @ " +
           stack + "\n1 g1 wait \"forever\" @ main.main;runtime.block\n" +
           Rounds(3, "\"sleep\" @ " + stack, kMs, 800 * kMs) + kEnd;
  };
  const auto accused = [&](const std::string& stack) {
    return test_support::Told(Judged(script(stack)), {Verdict::kDeadlock, Verdict::kLeak});
  };
  CHECK(accused("main.snapshotter;main.(*store).snapshot;time.Sleep") == "");
  CHECK(accused("main.snapshotter;time.Sleep") == "g2 leak");
}

TEST_CASE("who goes round its loop, and has not signalled, is not about to: a cond waited on under a lock") {
  const std::string begin = R"(
0 sync
0 g1 was running on p0
1 g1 create g2 main.(*engine).put @ main.main
2 g1 create g3 main.(*engine).flusher @ main.main
3 g1 create g4 main.(*engine).compactor @ main.main
4 g2 run on p1
5 g2 wait "sleep" @ main.(*engine).put;time.Sleep
6 g4 run on p1
7 g4 wait "sync.(*Cond).Wait" @ main.(*engine).compactor;main.(*engine).compact;sync.(*Cond).Wait
8 g3 run on p1
9 g3 wait "sync" @ main.(*engine).flusher;main.(*engine).flush;sync.(*Mutex).Lock
10 g1 wait "forever" @ main.main;runtime.block
)";
  CHECK(Verdicts(begin + Rounds(2, "\"sleep\" @ main.(*engine).put;time.Sleep", kMs, 800 * kMs) + kEnd) == "g3+g4 deadlock");
  CHECK(Verdicts(begin + kEnd) == "");  // who has been at one thing all the time may come
}
