#include "proto/dump/dump.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "model/input_error.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/slow_source.h"

namespace {

using model::DumpedGoroutine;
using model::GoroutineDump;

std::vector<GoroutineDump> Dumps(std::string_view text, size_t step = 1 << 20) {
  test_support::SlowSource source(text, step);
  return proto::ReadGoroutineDumps("test", source);
}

std::string At(const GoroutineDump& dump, model::LocationId location) {
  const model::Line& line = dump.symbols.lines(location).front();
  const model::Function& function = dump.symbols.functions()[line.function];
  return fmt::format("{} {}:{}", dump.symbols.text(function.name), dump.symbols.text(function.file), line.line);
}

// A goroutine as one would tell it, to compare whole values.
std::string Tell(const GoroutineDump& dump, const DumpedGoroutine& goroutine) {
  std::string text = fmt::format("{} [{}]", goroutine.id, goroutine.state);
  for (const model::DumpFrame& frame : goroutine.frames) {
    text += "\n" + At(dump, frame.location);
    for (const model::DumpArgument& argument : frame.arguments)
      text += fmt::format(" {:x}{}", argument.value, argument.may_be_stale ? "?" : "");
    if (frame.arguments_elided) text += " ...";
  }
  if (goroutine.created_by) text += fmt::format("\nby {} in {}", At(dump, *goroutine.created_by), goroutine.creator);
  return text;
}

bool Runs(const GoroutineDump& dump, const DumpedGoroutine& goroutine, std::string_view function) {
  return std::ranges::any_of(goroutine.frames, [&](const model::DumpFrame& frame) {
    return dump.symbols.function_name(dump.symbols.lines(frame.location).front().function) == function;
  });
}

uint64_t OddLines(const std::vector<GoroutineDump>& dumps) {
  uint64_t count = 0;
  for (const GoroutineDump& dump : dumps) {
    for (const auto& kind : dump.warnings.kinds()) count += kind.count;
  }
  return count;
}

const std::string kTwo =
    "goroutine 1 [chan receive, 2 minutes]:\n"
    "main.(*Shop).wait(...)\n"
    "\t/src/shop.go:12\n"
    "main.main()\n"
    "\t/src/shop.go:30 +0x1d9\n"
    "\n"
    "goroutine 7 [sync.Mutex.Lock]:\n"
    "internal/sync.(*Mutex).lockSlow(0xc000012345)\n"
    "\t/go/src/internal/sync/mutex.go:149 +0x15d fp=0x1 sp=0x2 pc=0x3\n"
    "main.Pair[...].f({0xc0, 0x2?}, 0x3, _, {0x4, ...})\n"
    "\tC:/src/shop.go:40 +0x2\n"
    "created by main.main in goroutine 1\n"
    "\t/src/shop.go:28 +0x10\n";

const std::vector<std::string> kTwoTold = {
    "1 [chan receive]\nmain.(*Shop).wait /src/shop.go:12 ...\nmain.main /src/shop.go:30",
    "7 [sync.Mutex.Lock]\ninternal/sync.(*Mutex).lockSlow /go/src/internal/sync/mutex.go:149 c000012345\n"
    "main.Pair[...].f C:/src/shop.go:40 c0 2? 3 0? 4 ...\nby main.main /src/shop.go:28 in 1"};

std::vector<std::string> TellAll(const GoroutineDump& dump) {
  std::vector<std::string> all;
  for (const DumpedGoroutine& goroutine : dump.goroutines) all.push_back(Tell(dump, goroutine));
  return all;
}

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  return std::regex_replace(text, std::regex(from), to);
}

}  // namespace

TEST_CASE("a dump has its goroutines with frames, arguments and creators") {
  const auto dumps = Dumps(kTwo);
  REQUIRE(dumps.size() == 1);
  CHECK(TellAll(dumps[0]) == kTwoTold);
  CHECK(dumps[0].goroutines[0].wait_minutes == 2);
  CHECK(dumps[0].goroutines[1].line == 7);
  CHECK(dumps[0].cause.empty());
  CHECK(OddLines(dumps) == 0);
}

TEST_CASE("equal stacks have equal ids") {
  const auto dumps = Dumps(kTwo + "\n" + Replace(kTwo, "goroutine (1|7) ", "goroutine 10$1 "));
  REQUIRE(dumps.size() == 1);
  const auto& goroutines = dumps[0].goroutines;
  REQUIRE(goroutines.size() == 4);
  CHECK(goroutines[0].stack == goroutines[2].stack);
  CHECK(goroutines[1].stack == goroutines[3].stack);
  CHECK(goroutines[0].stack != goroutines[1].stack);
}

TEST_CASE("what a log collector puts in front of each line is stepped over, whatever the time") {
  uint64_t second = 9;
  std::string log;
  for (size_t begin = 0; begin < kTwo.size();) {
    const size_t end = kTwo.find('\n', begin);
    log += fmt::format("Nov 21 11:40:{:02} web-{} shop[{}]: {}\n", second++, 3, 977, kTwo.substr(begin, end - begin));
    begin = end + 1;
  }
  CHECK(TellAll(Dumps(log)[0]) == kTwoTold);
  CHECK(OddLines(Dumps(log)) == 0);
  // rsyslog writes a tab as #011, others as blanks; some drop empty lines, some write CR LF.
  CHECK(TellAll(Dumps(Replace(log, "\t", "#011"))[0]) == kTwoTold);
  CHECK(TellAll(Dumps(Replace(log, "\t", "    "))[0]) == kTwoTold);
  CHECK(TellAll(Dumps(Replace(kTwo, "\n\n", "\n"))[0]) == kTwoTold);
  CHECK(TellAll(Dumps(Replace(kTwo, "\n", "\r\n"))[0]) == kTwoTold);
}

TEST_CASE("several dumps in one log are told apart") {
  const std::string other = "goroutine 9 [running]:\nmain.g()\n\ta.go:1\n";
  SUBCASE("a goroutine that comes again") { CHECK(Dumps(kTwo + "\n" + kTwo).size() == 2); }
  SUBCASE("a cause in front") {
    const auto dumps =
        Dumps("panic: boom\n\tpanic: again [recovered]\n\n" + kTwo + "\nfatal error: stack overflow\n\n" + other);
    REQUIRE(dumps.size() == 2);
    CHECK(dumps[0].cause == "panic: again [recovered]");
    CHECK(dumps[1].cause == "fatal error: stack overflow");
  }
  SUBCASE("text between, and a goroutine that runs") { CHECK(Dumps(kTwo + "\nhandler failed:\n" + other).size() == 2); }
  SUBCASE("not: text that came between two goroutines") {
    CHECK(Dumps(Replace(kTwo, "\n\n", "\n\n2026/11/21 still here\n")).size() == 1);
  }
  SUBCASE("not: a cause long before") { CHECK(Dumps("panic: boom\n" + std::string(200, '\n') + kTwo)[0].cause.empty()); }
}

TEST_CASE("a log line between the frames of a goroutine is counted and survived") {
  const auto dumps = Dumps(Replace(kTwo, "main.main\\(\\)\n", "main.main()\nhere is a word from another thread\n"));
  CHECK(TellAll(dumps[0]) == kTwoTold);
  CHECK(OddLines(dumps) == 1);
  CHECK(dumps[0].warnings.kinds()[0].examples[0] == "test:5: found \"here is a word from another thread\"");
}

TEST_CASE("elided frames, unavailable stacks, C functions and ancestors") {
  const auto dumps = Dumps(
      "goroutine 1 [running]:\n\tgoroutine running on other thread; stack unavailable\ncreated by main.main in goroutine "
      "9\n\ta.go:1 +0x1\n\n"
      "goroutine 2 [running]:\nmain.f(0x1)\n\ta.go:1 +0x1\n...7605 frames elided...\nmain.g()\n\ta.go:2 +0x1\n"
      "...additional frames elided...\ncreated by main.main\n\ta.go:9 +0x1\n\n"
      "goroutine 3 [syscall, locked to thread]:\nnon-Go function at pc=0x1234\nread_all\n\t/c/read.c:77 "
      "pc=0x12\nmain.f(0x1)\n\ta.go:1 +0x1\n"
      "[originating from goroutine 1]:\nmain.old(...)\n\ta.go:5 +0x1\ncreated by main.older\n\ta.go:6 +0x1\n\n");
  REQUIRE(dumps.size() == 1);
  CHECK(TellAll(dumps[0]) ==
        std::vector<std::string>{"1 [running]\nby main.main a.go:1 in 9",
                                 "2 [running]\nmain.f a.go:1 1\nmain.g a.go:2\nby main.main a.go:9 in -1",
                                 "3 [syscall]\nnon-Go function :0 ...\nread_all /c/read.c:77 ...\nmain.f a.go:1 1"});
  CHECK(dumps[0].goroutines[1].frames_elided == 7606);
  CHECK(dumps[0].goroutines[2].is_locked_to_thread);
  CHECK(OddLines(dumps) == 0);
}

TEST_CASE("threads that add their own goroutine to a crash belong to the same moment") {
  const auto dumps = Dumps(
      "SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\ngoroutine 0 gp=0x1 m=0 mp=0x2 [idle]:\nruntime.futex()\n\ta.s:1\n\n"
      "goroutine 5 gp=0x3 m=4 mp=0x5 [running]:\n\tgoroutine running on other thread; stack unavailable\n\nrax 0x0\n"
      "-----\n\nSIGQUIT: quit\nPC=0x1 m=4 sigcode=0\n\ngoroutine 0 gp=0x6 m=4 mp=0x5 [idle]:\nruntime.futex()\n\ta.s:1\n\n"
      "goroutine 5 gp=0x3 m=4 mp=0x5 [running]:\nmain.spin()\n\ta.go:3\n");
  REQUIRE(dumps.size() == 1);
  CHECK(dumps[0].cause == "SIGQUIT: quit");
  CHECK(TellAll(dumps[0]) == std::vector<std::string>{"5 [running]\nmain.spin a.go:3"});
  CHECK(dumps[0].goroutines[0].thread == 4);
}

TEST_CASE("every goroutine of every recorded dump is read, without an odd line") {
  size_t files = 0;
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".goroutines.txt")) {
      const std::string text = test_support::ReadFixture(name);
      const auto dumps = Dumps(text, 1000);
      const std::regex header("(^|\n)goroutine [1-9][^\n]*:(?=\n)");
      const auto headers = std::distance(std::sregex_iterator(text.begin(), text.end(), header), std::sregex_iterator());
      INFO(name);
      CHECK(dumps.size() == 1);
      CHECK(dumps[0].goroutines.size() == static_cast<size_t>(headers));
      CHECK(OddLines(dumps) == 0);
      for (const auto& goroutine : dumps[0].goroutines) CHECK(goroutine.frames.size() > 0);
      ++files;
    }
  }
  CHECK(files > 20);
}

TEST_CASE("recorded crashes say why, and each goroutine is in the state its program put it in") {
  const auto expect = nlohmann::json::parse(test_support::ReadFixture("crash_dumps/expect.json"));
  size_t files = 0;
  for (const std::string& name : test_support::FixtureFiles("crash_dumps", ".txt")) {
    INFO(name);
    const std::string death = Replace(name, ".*/go1\\.[0-9]+\\.(.*)\\.txt", "$1");
    const auto& facts = expect["files"][death];
    if (death == "race") {  // a race report has stacks but no goroutines' states
      CHECK_THROWS_AS(Dumps(test_support::ReadFixture(name)), model::InputError);
      continue;
    }
    ++files;
    const auto dumps = Dumps(test_support::ReadFixture(name), 333);
    CHECK(OddLines(dumps) == 0);
    CHECK(dumps.size() == facts.value("dumps", 1U));
    if (facts.contains("message")) CHECK(dumps[0].cause.find(facts["message"]) != std::string::npos);
    if (facts.contains("goroutines")) CHECK(dumps[0].goroutines.size() == facts["goroutines"]);
    if (facts.contains("dies_in")) CHECK(Runs(dumps[0], dumps[0].goroutines[0], facts["dies_in"].get<std::string>()));
    if (facts.contains("elided_frames")) CHECK(dumps[0].goroutines[0].frames_elided > 1000);
    const auto has = [&](auto wanted) { return std::ranges::any_of(dumps[0].goroutines, wanted); };
    if (facts.contains("minutes"))
      CHECK(has([&](const auto& goroutine) { return goroutine.wait_minutes == facts["minutes"]; }));
    if (facts.contains("labels")) {
      const std::pair<std::string, std::string> label = {"customer", facts["labels"]["customer"]};
      CHECK(has([&](const auto& goroutine) { return goroutine.labels == std::vector{label}; }));
    }
    if (!facts.value("all_goroutines", false)) continue;
    for (const auto& state : expect["states"]) {
      const std::string function = state["function"];
      INFO(function);
      size_t found = 0;
      for (const auto& goroutine : dumps[0].goroutines) {
        if (!Runs(dumps[0], goroutine, function)) continue;
        CHECK((goroutine.state == state["state"] || goroutine.state == state.value("alternative", "")));
        CHECK(goroutine.is_locked_to_thread == state.value("locked_to_thread", false));
        CHECK(goroutine.created_by);
        ++found;
      }
      CHECK(found == state["count"]);
    }
  }
  CHECK(files >= 30);
}

TEST_CASE("two dumps in one log differ by the goroutine that came") {
  const auto dumps = Dumps(test_support::ReadFixture("crash_dumps/go1.26.log.txt"));
  REQUIRE(dumps.size() == 2);
  CHECK(dumps[1].goroutines.size() == dumps[0].goroutines.size() + 1);
}

TEST_CASE("a dump cut at any byte is read up to there, whatever the spans") {
  const std::string text =
      kTwo + "\n" + R"(goroutine 33 [chan receive labels:{"customer": "\"quoted\" name]"}]:)" + "\nmain.f(0x1)\n\ta.go:1\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    INFO(size);
    try {
      const auto dumps = Dumps(std::string_view(text).substr(0, size), 1 + size % 7);
      REQUIRE(dumps.size() == 1);
      if (dumps[0].goroutines.size() > 1) CHECK(Tell(dumps[0], dumps[0].goroutines[0]) == kTwoTold[0]);
    } catch (const model::InputError& error) {
      CHECK(size < 38);
      CHECK(std::string(error.what()).find("test: has no goroutine dump") == 0);
    }
  }
}

TEST_CASE("hostile dumps: any byte changed, long names, NULs, thousands of tiny dumps") {
  for (size_t at = 0; at < kTwo.size(); ++at) {
    for (const char byte : {'\0', '\n', '(', ')', '[', '{', '"', ':', '9', '\xff'}) {
      std::string text = kTwo;
      text[at] = byte;
      try {
        CHECK(Dumps(text, 64).size() >= 1);
      } catch (const model::InputError&) {
      }
    }
  }
  const std::string name(100'000, 'x');
  const auto dumps = Dumps(fmt::format("goroutine 1 [{0}]:\nmain.{0}(0x1)\n\t/{0}.go:1\n", name));
  CHECK(dumps[0].goroutines[0].state == name);
  CHECK(dumps[0].goroutines[0].frames.size() == 1);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "goroutine 1 [a]:\nf()\n\tf:1\n";
  const auto all = Dumps(many);
  CHECK(all.size() == 10'000);
  CHECK(all.back().warnings.kinds()[0].examples[0] == "test: 10000 more after the first 10000");
}

TEST_CASE("a dump is recognised wherever its first goroutine stands in the beginning of the file") {
  const auto input = proto::ReadBytes("log", "2026/11/21 11:40:10 started on port 80\n" + kTwo);
  REQUIRE(std::holds_alternative<proto::GoroutineDumps>(input));
  CHECK(std::get<proto::GoroutineDumps>(input).size() == 1);
}
