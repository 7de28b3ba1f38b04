#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analysis/deadlock/deadlock.h"
#include "tests/support/trace_script.h"

// What a goroutine dump adds to a trace, rule by rule, each with what it must not do.
namespace {

using namespace analysis::deadlock;

struct Call {
  std::string function;
  uint64_t argument = 0;  // the first; 0 = none
};

struct Line {
  int64_t id;
  std::string state;
  std::vector<Call> calls;  // leaf first
  std::string created_by;   // the function with the go statement
  std::optional<int64_t> minutes;
  int64_t creator = 1;
  bool is_leaked = false;
};

model::LocationId Location(model::GoroutineDump& dump, std::string_view text) {
  const test_support::FrameText frame = test_support::ReadFrame(text);
  return dump.symbols.InternFrame(frame.function, frame.file, 0);
}

model::GoroutineDump Dump(const std::vector<Line>& lines) {
  model::GoroutineDump dump;
  for (const Line& line : lines) {
    model::DumpedGoroutine goroutine{
        .id = line.id, .state = line.state, .wait_minutes = line.minutes, .is_leaked = line.is_leaked};
    for (const Call& call : line.calls) {
      model::DumpFrame frame{.location = Location(dump, call.function)};
      if (call.argument != 0) frame.arguments.push_back({.value = call.argument});
      goroutine.frames.push_back(frame);
    }
    for (auto frame = goroutine.frames.rbegin(); frame != goroutine.frames.rend(); ++frame)
      goroutine.stack = dump.stacks.Child(goroutine.stack, frame->location);
    if (!line.created_by.empty()) {
      goroutine.creator = line.creator;
      goroutine.created_by = Location(dump, line.created_by);
    }
    dump.goroutines.push_back(std::move(goroutine));
  }
  return dump;
}

Result Judged(std::string_view script, const std::vector<Line>& dump) {
  Inputs inputs;
  inputs.dumps.push_back(Dump(dump));
  const auto trace = test_support::TraceScript(script);
  return Analyse(*trace, std::move(inputs));
}

std::string VerdictOn(const Result& result, int64_t id) { return Name(result.judgements[result.facts->RowOf(id)].verdict); }

std::string HopeOf(const Result& result, int64_t id) {
  return Explain(*result.scene, result.hopes[result.facts->RowOf(id)]);
}

// A window: g7 has been in a send since before it, and main sleeps.
constexpr const char* kSender = R"(
      0 sync
      0 g1 was running on p0
      1 g1 wait "sleep" @ main.main;time.Sleep
 900000010 g7 was waiting @ main.produce;runtime.chansend1
)";
const Line kMain{.id = 1, .state = "sleep", .calls = {{"time.Sleep"}, {"main.main"}}};
const Line kInSend{.id = 7, .state = "chan send", .calls = {{"main.produce"}}};
// Main is in main.ask; so was it when it started g7, or in an earlier call.
const std::vector<Line> kMainAsksAgain = {
    {.id = 1, .state = "sleep", .calls = {{"time.Sleep"}, {"main.ask"}, {"main.main"}}},
    {.id = 7, .state = "chan send", .calls = {{"runtime.chansend1"}, {"main.ask.func1"}}, .created_by = "main.ask"}};

}  // namespace

TEST_CASE("who stands elsewhere in a later dump went on, and is not accused") {
  CHECK(VerdictOn(Judged(kSender, {kMain, kInSend}), 7) == "leak");
  const Result gone = Judged(kSender, {kMain});
  CHECK(VerdictOn(gone, 7) == "idle");
  CHECK(HopeOf(gone, 7) == "the dump, which is later than the trace, shows that it went on");
}

TEST_CASE("a dump that still has goroutines which ended in the trace was taken earlier, and clears nobody") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      1 g1 create g2 main.brief @ main.main
      2 g2 run on p1
      3 g2 exit
      4 g1 wait "sleep" @ main.main;time.Sleep
 900000010 g7 was waiting @ main.produce;runtime.chansend1
)";
  const Result result = Judged(kScript, {kMain, {.id = 2, .state = "running", .calls = {{"main.brief"}}}});
  REQUIRE(result.joined.dumps.size() == 1);
  CHECK(result.joined.dumps[0].is_earlier());
  CHECK(VerdictOn(result, 7) == "leak");
}

TEST_CASE("who works on another object of the type does not hold this one's lock, even while it goes on") {
  // g8, in a method of the type, has moved on since the trace; the object in its hands is the same.
  constexpr const char* kScript = R"(
      0 sync
      0 g8 was running on p0
      5 g8 wait "sleep" @ main.(*Shop).sell;time.Sleep
 900000010 g7 was waiting @ main.(*Shop).close;sync.(*Mutex).Lock
)";
  const auto dump = [](uint64_t shop) {
    return std::vector<Line>{
        {.id = 7,
         .state = "sync.Mutex.Lock",
         .calls = {{"internal/sync.(*Mutex).lockSlow", 0xc000012040}, {"main.(*Shop).close", 0xc000012040}}},
        {.id = 8, .state = "running", .calls = {{"main.(*Shop).sell", shop}}}};
  };
  CHECK(VerdictOn(Judged(kScript, dump(0xc000012040)), 7) == "idle");
  CHECK(VerdictOn(Judged(kScript, dump(0xc000012000)), 7) == "leak");
}

TEST_CASE("minutes waited count as the wait's length, and damage there is no overflow") {
  const auto waited = [](int64_t minutes) {
    Line line = kInSend;
    line.minutes = minutes;
    const Result result = Judged(kSender, {line});
    return result.scene->WaitedFor(result.facts->RowOf(7));
  };
  CHECK(waited(3) == 180'000'000'000);
  CHECK(waited(INT64_MAX) > 180'000'000'000);
  CHECK(waited(-1) == 900'000'010);
}

TEST_CASE("kin that only a dump tells of give hope where they share the work, not by birth alone") {
  constexpr const char* kScript = R"(
      0 sync
      0 g8 was running on p0
 900000010 g7 was waiting @ main.produce;runtime.chansend1
 900000011 g8 wait "sleep" @ {};time.Sleep
)";
  const auto verdict = [&](const std::string& function) {
    std::string script(kScript);
    script.replace(script.find("{}"), 2, function);
    Line sender = kInSend;
    sender.created_by = "main.main";
    return VerdictOn(
        Judged(
            script,
            {kMain, sender, {.id = 8, .state = "sleep", .calls = {{"time.Sleep"}, {function}}, .created_by = "main.main"}}),
        7);
  };
  CHECK(verdict("main.elsewhere") == "leak");
  CHECK(verdict("main.produce.func1") == "suspect");
}

TEST_CASE("a goroutine that was born after the trace has not waited long enough for a verdict") {
  const Line late{.id = 900, .state = "sync.Mutex.Lock", .calls = {{"sync.(*Mutex).Lock"}, {"main.bump"}}};
  const Line older{.id = 3, .state = "sync.Mutex.Lock", .calls = {{"sync.(*Mutex).Lock"}, {"main.bump"}}};
  const Result result = Judged(kSender, {kMain, kInSend, late, older});
  CHECK(VerdictOn(result, 900) == "suspect");
  CHECK(VerdictOn(result, 3) == "leak");
}

TEST_CASE("a creator that was outside of the function since is in another call of it, and does not serve the older one") {
  // g1 started g7 before the trace; now it is in the function with the go statement.
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      5 g1 wait "chan receive" @ main.main;{}runtime.chanrecv1
      6 - wake g1
      7 g1 run on p0
      8 g1 wait "sleep" @ main.main;main.ask;time.Sleep
 900000010 g7 was waiting @ main.ask.func1;runtime.chansend1
)";
  const auto verdict = [&](const std::string& before) {
    std::string script(kScript);
    script.replace(script.find("{}"), 2, before);
    return VerdictOn(Judged(script, kMainAsksAgain), 7);
  };
  CHECK(verdict("main.ask;") == "suspect");
  CHECK(verdict("") == "leak");
}

TEST_CASE("a creator that came to the go statement again since is in another call, however often it has waited in there") {
  const auto verdict = [](const std::string& at_first) {
    std::string script = fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 wait "sleep" @ main.main;{}time.Sleep
      2 - wake g1
      3 g1 run on p0
      4 g1 create g9 main.ask.func1 @ main.main;main.ask
      5 g9 run on p1
      6 g9 exit
)",
                                     at_first);
    for (int at = 10; at < 60; at += 10)
      script +=
          fmt::format("{} g1 wait \"chan receive\" @ main.main;main.ask;runtime.chanrecv1\n{} - wake g1\n{} g1 run on p0\n",
                      at, at + 1, at + 2);
    script += "70 g1 wait \"sleep\" @ main.main;main.ask;time.Sleep\n";
    script += "900000010 g7 was waiting @ main.ask.func1;runtime.chansend1\n";
    return VerdictOn(Judged(script, kMainAsksAgain), 7);
  };
  CHECK(verdict("main.ask;") == "suspect");
  CHECK(verdict("") == "leak");
}

TEST_CASE("with the births of a dump, who shares a function is paired with its own kin") {
  // Jobs, started by a goroutine that is gone; each waits for two that it has started.
  constexpr int64_t kJobs = 20;
  std::string script = "0 sync\n0 g1 was running on p0\n1 g1 wait \"sleep\" @ main.main;time.Sleep\n";
  std::vector<Line> dump = {kMain};
  for (int64_t job = 10; job < 10 + 3 * kJobs; job += 3) {
    script += fmt::format("900000010 g{} was waiting @ main.job;runtime.chanrecv1\n", job);
    script += fmt::format("900000010 g{} was waiting @ main.job.func1;runtime.chanrecv1\n", job + 1);
    script += fmt::format("900000010 g{} was waiting @ main.job.func2;runtime.chansend1\n", job + 2);
    const auto add = [&](int64_t id, const std::string& function, const std::string& made_in, int64_t creator) {
      dump.push_back({.id = id, .state = "chan receive", .calls = {{function}}, .created_by = made_in, .creator = creator});
    };
    add(job, "main.job", "main.start", 2);
    add(job + 1, "main.job.func1", "main.job", job);
    add(job + 2, "main.job.func2", "main.job", job);
  }
  const Result result = Judged(script, dump);
  REQUIRE(result.rings.size() == kJobs);
  for (const Ring& ring : result.rings) {
    const int64_t job = result.facts->at(ring.members.front()).id;
    std::vector<int64_t> ids;
    for (Row row : ring.members) ids.push_back(result.facts->at(row).id);
    CHECK(ids == std::vector<int64_t>{job, job + 1, job + 2});
  }
}

TEST_CASE("where only main is left, it is no hope to whom others started that have ended, unless it is in their code") {
  // g7 has waited to receive since before the trace; g1 sleeps, or is at the network.
  const auto verdict = [](const std::string& main_in, const std::string& wait, int64_t creator) {
    const std::string script = fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 wait "{}" @ {};time.Sleep
 900000010 g7 was waiting @ lib.(*Conn).watch:watch.go;runtime.chanrecv1
)",
                                           wait, main_in);
    return VerdictOn(Judged(script, {{.id = 1, .state = wait, .calls = {{"time.Sleep"}, {main_in}}},
                                     {.id = 7,
                                      .state = "chan receive",
                                      .calls = {{"lib.(*Conn).watch:watch.go"}},
                                      .created_by = "lib.dial:conn.go",
                                      .creator = creator}}),
                     7);
  };
  CHECK(verdict("main.main", "sleep", 2) == "leak");
  CHECK(verdict("main.main", "sleep", 1) == "suspect");
  CHECK(verdict("lib.Serve:watch.go", "sleep", 2) == "suspect");
  CHECK(verdict("lib.Serve:conn.go", "sleep", 2) == "suspect");
  CHECK(verdict("main.main", "network", 2) == "suspect");
}

TEST_CASE("a call that goes on starting goroutines holds no lock of theirs, and neither do its callers") {
  constexpr const char* kScript = R"(
      0 sync
      0 g2 was running on p0
      1 g2 wait "sleep" @ main.daemon;main.serve;time.Sleep
 900000010 g7 was waiting @ main.get;sync.(*Mutex).Lock
)";
  const auto verdict = [&](const std::string& made_in) {
    return VerdictOn(
        Judged(kScript, {{.id = 2, .state = "sleep", .calls = {{"time.Sleep"}, {"main.serve"}, {"main.daemon"}}},
                         {.id = 7,
                          .state = "sync.Mutex.Lock",
                          .calls = {{"sync.(*Mutex).Lock"}, {"main.get"}},
                          .created_by = made_in,
                          .creator = 2}}),
        7);
  };
  CHECK(verdict("main.serve") == "leak");
  CHECK(verdict("main.start") == "suspect");
}

TEST_CASE("an actor at its post serves itself only: it is no hope to one that waits for its own answer") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      1 g1 wait "sleep" @ main.main;time.Sleep
 900000010 g2 was waiting @ main.(*actor).loop;main.handle;main.(*actor).call;runtime.chanrecv1
 900000010 g3 was waiting @ main.(*actor).loop;runtime.chanrecv1
)";
  const Result result = Judged(
      kScript, {kMain,
                {.id = 2,
                 .state = "chan receive",
                 .calls = {{"main.(*actor).call", 0xc000012040}, {"main.handle"}, {"main.(*actor).loop", 0xc000012040}}},
                {.id = 3, .state = "chan receive", .calls = {{"main.(*actor).loop", 0xc000012800}}}});
  CHECK(VerdictOn(result, 2) == "deadlock");
  CHECK(VerdictOn(result, 3) == "suspect");
}

TEST_CASE("the leader of a flight is found beyond the kin that a dump names") {
  constexpr const char* kFollower = "golang.org/x/sync/singleflight.(*Group).Do";
  constexpr const char* kLeader = "golang.org/x/sync/singleflight.(*Group).doCall";
  const std::string script = fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 wait "sleep" @ main.main;time.Sleep
 900000010 g7 was waiting @ main.handle;{};sync.(*WaitGroup).Wait
 900000010 g8 was waiting @ main.report;runtime.chansend1
 900000010 g9 was waiting @ main.warm;{};main.fetch;runtime.chansend1
)",
                                         kFollower, kLeader);
  const auto line = [](int64_t id, std::vector<Call> calls, int64_t creator) {
    return Line{.id = id, .state = "chan send", .calls = std::move(calls), .created_by = "main.start", .creator = creator};
  };
  const Result result =
      Judged(script, {kMain, line(7, {{"sync.(*WaitGroup).Wait"}, {kFollower}, {"main.handle"}}, 2),
                      line(8, {{"main.report"}}, 2), line(9, {{"main.fetch"}, {kLeader}, {"main.warm"}}, 3)});
  const auto edges = EdgesOf(result.edges, result.facts->RowOf(7));
  REQUIRE(edges.size() == 1);
  CHECK(result.facts->at(edges[0].holder).id == 9);
}

TEST_CASE("of a ring in which the runtime marked some, those are proven, and only those") {
  constexpr const char* kScript = R"(
      0 sync
      0 g1 was running on p0
      1 g1 wait "sleep" @ main.main;time.Sleep
 900000010 g2 was waiting @ main.(*actor).loop;main.handle;main.(*actor).call;runtime.chanrecv1
 900000010 g3 was waiting @ main.(*actor).loop;main.handle;main.(*actor).call;runtime.chanrecv1
)";
  const auto ring = [&](bool is_second_leaked) {
    const auto line = [](int64_t id, bool is_leaked) {
      return Line{.id = id,
                  .state = "chan receive",
                  .calls = {{"main.(*actor).call"}, {"main.handle"}, {"main.(*actor).loop"}},
                  .is_leaked = is_leaked};
    };
    const Result result = Judged(kScript, {kMain, line(2, true), line(3, is_second_leaked)});
    const model::Report report = MakeReport(result, "");
    const auto& rows = std::get<model::Findings>(report.blocks.at(0)).rows;
    return fmt::format("{}: {}", rows.at(0).title, fmt::join(rows.at(0).evidence, "\n"));
  };
  const std::string mixed = ring(false);
  CHECK(mixed.starts_with("deadlock: 2 goroutines wait for each other"));
  CHECK(mixed.find("proven for 1 of 2: the runtime") != std::string::npos);
  CHECK(mixed.find("proven: the runtime") == std::string::npos);
  CHECK(ring(true).find("proven: the runtime") != std::string::npos);
}
