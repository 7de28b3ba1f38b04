#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/snapshot/snapshot_change.h"
#include "analysis/snapshot/snapshot_groups.h"
#include "analysis/snapshot/trace_snapshot.h"
#include "model/input_error.h"
#include "proto/dump/dump.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/folded.h"
#include "tests/support/slow_source.h"
#include "tests/support/trace_script.h"

namespace {

using analysis::Snapshot;

Snapshot OfDump(std::string_view text) {
  test_support::SlowSource source(text, 1 << 20);
  return analysis::SnapshotOf(proto::ReadGoroutineDumps("test", source)[0]);
}

Snapshot OfFixture(const std::string& name) {
  const proto::Input input = proto::Read(test_support::FixturePath(name));
  if (const auto* profile = std::get_if<model::Profile>(&input)) return analysis::SnapshotOf(*profile);
  return analysis::SnapshotOf(std::get<proto::GoroutineDumps>(input)[0]);
}

// A goroutine of a dump, e.g. Waits(7, "chan send, 3 minutes", "main.f"): frames leaf first, with ";" between them.
std::string Waits(int id, const char* header, const std::string& frames, const char* creator = "main.main") {
  std::string text = fmt::format("goroutine {} [{}]:\n", id, header);
  for (size_t begin = 0; begin <= frames.size();) {
    const size_t end = std::min(frames.find(';', begin), frames.size());
    text += fmt::format("{}(0x1)\n\t/src/a.go:{} +0x1\n", frames.substr(begin, end - begin), begin + 1);
    begin = end + 1;
  }
  return text + fmt::format("created by {} in goroutine 1\n\t/src/a.go:99 +0x1\n\n", creator);
}

// "3 [chan send] main.f a.go:1" for each group.
std::vector<std::string> Tell(const analysis::SnapshotGroups& groups) {
  std::vector<std::string> rows;
  for (const auto& group : groups.groups)
    rows.push_back(
        fmt::format("{} [{}] {}{}", group.sum.count, group.sum.state, group.name, group.is_mixed ? " mixed" : ""));
  return rows;
}

// "grown 1>3 stuck 1 main.f" for each place.
std::vector<std::string> Tell(const analysis::SnapshotChange& change) {
  std::vector<std::string> rows;
  for (const auto& place : change.places) {
    const size_t library = LibraryFrames(place.example);
    rows.push_back(fmt::format("{} {}>{} stuck {} {}", Name(place.status), place.before, place.after,
                               place.stuck ? fmt::format("{}", *place.stuck) : "?", place.example.frames[library].function));
  }
  return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("goroutines that wait alike are one group; the longest wait comes first, then the largest group") {
  const Snapshot snapshot = OfDump(Waits(5, "chan send", "main.f;main.g") + Waits(6, "chan send", "main.f;main.g") +
                                   Waits(7, "chan receive", "main.f;main.g") + Waits(8, "select, 90 minutes", "main.idle") +
                                   Waits(9, "chan send", "main.f;main.g", "main.other"));
  CHECK(Tell(GroupGoroutines(snapshot, {})) == Rows{"1 [select] main.idle a.go:1", "2 [chan send] main.f a.go:1",
                                                    "1 [chan receive] main.f a.go:1", "1 [chan send] main.f a.go:1"});
  CHECK(Tell(GroupGoroutines(snapshot, {.by = "state"})) ==
        Rows{"1 [select] select", "3 [chan send] chan send", "1 [chan receive] chan receive"});
  CHECK(Tell(GroupGoroutines(snapshot, {.by = "creator"})) ==
        Rows{"4 [chan send] main.main mixed", "1 [chan send] main.other"});
  CHECK(Tell(GroupGoroutines(snapshot, {.by = "start"})) == Rows{"1 [select] main.idle", "4 [chan send] main.g mixed"});
  CHECK_THROWS_AS(GroupGoroutines(snapshot, {.by = "colour"}), model::UsageError);
}

TEST_CASE("filters by state, function, wait and label") {
  const Snapshot snapshot = OfDump(Waits(5, "chan send, 2 minutes", "main.f") + Waits(6, "chan send, 5 minutes", "main.g") +
                                   "goroutine 7 [select] {tenant: acme}:\nmain.h()\n\ta.go:1\n");
  CHECK(GroupGoroutines(snapshot, {.state = "send"}).goroutines == 2);
  CHECK(GroupGoroutines(snapshot, {.focus = "^main.g$"}).goroutines == 1);
  CHECK(GroupGoroutines(snapshot, {.longer_minutes = 3}).goroutines == 1);
  CHECK(GroupGoroutines(snapshot, {.label = "tenant"}).goroutines == 1);
  CHECK(GroupGoroutines(snapshot, {.label = "tenant=beta"}).goroutines == 0);
  CHECK(GroupGoroutines(snapshot, {.label = "tenant=acme"}).filtered == 2);
  CHECK(Tell(GroupGoroutines(snapshot, {.by = "label:tenant"})) == Rows{"2 [chan send] (none) mixed", "1 [select] acme"});
  CHECK_THROWS_AS(GroupGoroutines(snapshot, {.state = "("}), model::UsageError);
}

TEST_CASE("the groups of every recorded dump add up to its goroutines, however they are made") {
  for (const std::string& name : test_support::FixtureFiles("crash_dumps", ".txt")) {
    if (name.find("race") != std::string::npos) continue;
    const Snapshot snapshot = OfFixture(name);
    for (const char* by : {"stack", "function", "state", "creator", "start", "label:customer"}) {
      const auto groups = GroupGoroutines(snapshot, {.by = by});
      int64_t sum = 0;
      for (const auto& group : groups.groups) {
        sum += group.sum.count;
        CHECK(group.sum.ids.size() == static_cast<size_t>(group.sum.count));
      }
      CHECK(sum == snapshot.goroutines);
    }
  }
}

TEST_CASE("who came, went, is still stuck, got deeper") {
  const Snapshot before =
      OfDump(Waits(5, "chan send", "main.f;main.run") + Waits(6, "select", "main.run") + Waits(7, "sleep", "main.nap"));
  const Snapshot after = OfDump(Waits(5, "chan send, 4 minutes", "main.f;main.run") +
                                Waits(6, "select", "main.g;main.f;main.run") + Waits(8, "chan send", "main.f;main.run"));
  const auto change = Compare(before, after);
  CHECK(change.is_one_process);
  CHECK(change.came == 1);
  CHECK(change.went == 1);
  CHECK(change.stuck == 1);
  REQUIRE(change.deepened.size() == 1);
  CHECK(change.deepened[0].goroutine == 6);
  CHECK(Tell(change) == Rows{"grown 1>2 stuck 1 main.f", "appeared 0>1 stuck 0 main.g", "gone 1>0 stuck 0 main.nap",
                             "gone 1>0 stuck 0 main.run"});
}

TEST_CASE("comparing with itself finds nothing, and swapping the sides swaps the sign") {
  const Snapshot early = OfFixture("goroutine_leak/go1.26.early.goroutines.txt");
  const Snapshot late = OfFixture("goroutine_leak/go1.26.late.goroutines.txt");
  const auto same = Compare(early, early);
  CHECK(same.stuck == early.goroutines);
  for (const auto& place : same.places) CHECK(place.change() == 0);
  CHECK_FALSE(ChangeReport(same, {}, 0).found);
  const auto forth = Compare(early, late), back = Compare(late, early);
  CHECK(forth.places[0].change() == -back.places[0].change());
  CHECK(forth.came == back.went);
  CHECK(back.came == forth.went);
}

TEST_CASE("two builds of a program are compared by names that last, not by ids") {
  const Snapshot before =
      OfDump(Waits(5, "chan send", "main.Pipe[...].send;main.run.func1", "main.run") + Waits(6, "select", "main.idle"));
  const Snapshot after = OfDump(Waits(5, "select", "main.idle", "main.start") +
                                Waits(9, "chan send", "main.Pipe[...].send;main.run.func2", "main.run"));
  const auto change = Compare(before, after);
  CHECK_FALSE(change.is_one_process);
  CHECK(change.deepened.empty());
  const auto is_pipe = [](const std::string& row) { return row == "same 1>1 stuck ? main.Pipe[...].send"; };
  CHECK(std::ranges::any_of(Tell(change), is_pipe));
}

TEST_CASE("the recorded leak grows by what its program says, in dumps, in profiles, and in one of each") {
  const auto expect = nlohmann::json::parse(test_support::ReadFixture("goroutine_leak/expect.json"))["growth"];
  for (const char* early : {"goroutine_leak/go1.26.early.goroutines.txt", "goroutine_leak/go1.26.early.goroutine.pb.gz"}) {
    for (const char* late : {"goroutine_leak/go1.26.late.goroutines.txt", "goroutine_leak/go1.26.late.goroutine.pb.gz"}) {
      INFO(early, " ", late);
      const auto change = Compare(OfFixture(early), OfFixture(late));
      REQUIRE_FALSE(change.places.empty());
      const auto& most = change.places[0];
      CHECK(most.before == expect["early"]);
      CHECK(most.after == expect["late"]);
      CHECK(most.example.frames[LibraryFrames(most.example)].function == expect["function"]);
      if (!most.example.state.empty()) CHECK(most.example.state == expect["state"]);
      if (most.example.created_by) CHECK(most.example.created_by->function == expect["created_by"]);
      CHECK(ChangeReport(change, {}, 0).found);
      CHECK_FALSE(ChangeReport(change, {.least = 41}, 0).found);
      for (size_t i = 1; i < change.places.size(); ++i) CHECK(std::abs(change.places[i].change()) <= 1);
    }
  }
}

TEST_CASE("growth where nobody of before has gone on is called a leak; where some have, it is not") {
  const auto dump = [](int first, int last, const char* frames) {
    std::string text;
    for (int id = first; id <= last; ++id) text += Waits(id, "chan send", frames);
    return text;
  };
  const auto change = Compare(OfDump(dump(2, 6, "main.stay") + dump(100, 109, "main.slow")),
                              OfDump(dump(2, 26, "main.stay") + dump(108, 140, "main.slow") + dump(200, 215, "main.fresh")));
  std::vector<std::string> says;
  for (const auto& place : change.places)
    says.push_back(fmt::format("{} {}", place.example.frames[0].function, Name(GrowthOf(place, {}))));
  CHECK(says == std::vector<std::string>{"main.slow some_left", "main.stay nobody_left", "main.fresh more"});
}

TEST_CASE("two instants of a trace are compared as two dumps are") {
  const auto expect = nlohmann::json::parse(test_support::ReadFixture("goroutine_leak/expect.json"))["growth"];
  for (const char* name : {"goroutine_leak/go1.26.trace", "goroutine_leak/go1.26.second.trace"}) {
    INFO(name);
    const bool is_second = std::string_view(name).find("second") != std::string_view::npos;
    const auto source = proto::ReadTrace(test_support::FixturePath(name), {});
    const auto moments = analysis::FirstAndLastSnapshot(*source);
    const auto change = Compare(moments[0], moments[1]);
    REQUIRE_FALSE(change.places.empty());
    const auto& most = change.places[0];
    CHECK(most.before == (is_second ? expect["early"].get<int64_t>() : 0));
    CHECK(most.after == (is_second ? expect["late"] : expect["early"]));
    CHECK(most.example.frames[LibraryFrames(most.example)].function == expect["function"]);
    CHECK(most.example.state == expect["state"]);
    CHECK(GrowthOf(most, {}) == (is_second ? analysis::Growth::kNobodyLeft : analysis::Growth::kMore));
  }
}

TEST_CASE("an instant of a trace has who was there then, and one behind its end is refused") {
  const auto at = [](std::vector<model::Time> moments) {
    const auto source = test_support::TraceScript(R"(
        0 sync
        0 g1 was running on p0
       10 g1 create g2 main.worker @ main.main
       20 g2 run on p1
       30 g2 wait "chan receive" @ main.worker;runtime.chanrecv1
       50 g1 wake g2 @ main.main;runtime.chansend1
       60 g2 run on p1
       70 g2 exit
       90 sync
    )");
    std::string text;
    for (const auto& snapshot : analysis::SnapshotsAt(*source, moments)) {
      for (const auto& row : snapshot.rows) text += fmt::format("{} {}; ", row.ids[0], row.state);
      text += "| ";
    }
    return text;
  };
  CHECK(at({0, 30, 55, 80}) == "1 running; | 2 chan receive; 1 running; | 2 runnable; 1 running; | 1 running; | ");
  CHECK_THROWS_AS(at({91}), model::UsageError);
}

TEST_CASE("goroutines that the runtime has marked as leaked are found") {
  const Snapshot snapshot = OfFixture("goroutine_leak/go1.26.marked.goroutines.txt");
  const auto groups = GroupGoroutines(snapshot, {});
  CHECK(groups.leaked > 0);
  CHECK(SnapshotReport(snapshot, groups, 0).found);
}

TEST_CASE("a profile of something else is refused") {
  CHECK_THROWS_AS(analysis::SnapshotOf(test_support::Folded("a;b 1")), model::UsageError);
}
