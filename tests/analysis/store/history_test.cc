#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "analysis/store/history.h"
#include "analysis/store/run_blob.h"
#include "model/input_error.h"
#include "tests/support/folded.h"
#include "tests/support/places.h"
#include "tests/support/postgres_server.h"

namespace {

namespace fs = std::filesystem;
using analysis::History;
using analysis::OpenFor;

std::string FreshPath(const std::string& name) {
  const fs::path folder = fs::path(test_support::kBinaryDir) / "histories";
  fs::create_directories(folder);
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(folder / (name + end));
  return (folder / name).string();
}

analysis::RunTable Table(const std::string& folded, int64_t time) {
  analysis::RunTable table;
  model::Profile profile = test_support::Folded(folded);
  profile.time_nanos = time;
  table.Add(profile, "run.folded");
  return table;
}

void AddRun(const std::string& path, const std::string& folded, int64_t time, const analysis::RunTags& tags = {}) {
  History(path, OpenFor::kWriting).Add(Table(folded, time), 0, tags);
}

std::string Complaint(const std::string& path, OpenFor purpose) {
  try {
    const History history(path, purpose);
  } catch (const model::InputError& error) {
    return error.what();
  }
  return "";
}

std::string Bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Run(const std::string& path, const char* sql) { analysis::OpenStore(path, OpenFor::kWriting)->Execute(sql); }

// The same on a file and on a server. Empty where there is no server to test with.
std::string FreshStore(const std::string& kind, const std::string& name) {
  if (kind == "file") return FreshPath(name + ".db");
  const test_support::PostgresServer* server = test_support::PostgresServer::Get();
  return server == nullptr ? "" : server->NewDatabase();
}

}  // namespace

#define FOR_EACH_STORE(path, name)                                         \
  std::string path;                                                        \
  SUBCASE("in a file") { path = FreshStore("file", name); }                \
  SUBCASE("on a PostgreSQL server") { path = FreshStore("server", name); } \
  if (path.empty()) return

TEST_CASE("rows survive packing, negative and huge values too, and broken bytes are refused") {
  const analysis::RunRows rows{.value_types = 2, .stack = {3, 4, 900000}, .value = {5, 50, -1, -10, INT64_MAX, INT64_MIN}};
  const std::string bytes = analysis::PackRows(rows);
  analysis::RunRows back;
  REQUIRE(analysis::UnpackRows(bytes, back));
  CHECK(back.stack == rows.stack);
  CHECK(back.value == rows.value);
  CHECK_FALSE(analysis::UnpackRows("", back));
  CHECK_FALSE(analysis::UnpackRows(std::string_view(bytes).substr(0, bytes.size() - 1), back));
  CHECK_FALSE(analysis::UnpackRows("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", back));
}

TEST_CASE("a run comes back as it was added, as a baseline and as a trend") {
  FOR_EACH_STORE(path, "roundtrip");
  AddRun(path, "main;a 5\nmain;a;b 7", 1000, {.commit = "c1", .branch = "main", .labels = {{"os", "linux"}}});
  AddRun(path, "main;b 9", 2000, {.commit = "c2", .branch = "main", .outcome = "bad"});
  AddRun(path, "main;a 6", 3000, {.commit = "c3", .branch = "topic"});
  const History history(path, OpenFor::kReading);
  const auto runs = history.List();
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].tags.commit == "c1");
  CHECK(runs[0].tags.labels == std::vector<std::pair<std::string, std::string>>{{"os", "linux"}});
  CHECK(runs[0].totals.front().second == 12);
  CHECK(history.List("topic").size() == 1);

  analysis::RunTable table;
  CHECK(history.LoadBaseline(table, "main", 10).runs.size() == 1);  // the bad one stays out
  const auto sums = analysis::SumFunctions(table, 0);
  REQUIRE(sums.size() == 3);
  for (const auto& sum : sums) {
    const std::string name(table.strings()[sum.function]);
    CHECK(sum.flat.value[0] == (name == "main" ? 0 : name == "a" ? 5 : 7));
    CHECK(sum.cum.value[0] == (name == "b" ? 7 : 12));
  }
  const auto trend = history.Trend({.function = "b", .branch = "main"});
  REQUIRE(trend.size() == 2);
  CHECK(trend[0].value == 7);
  CHECK(trend[1].value == 9);
  CHECK(trend[1].share == 1);
  CHECK_THROWS_AS(history.Trend({.function = "nobody"}), model::UsageError);
}

TEST_CASE("pruning keeps the newest runs of each branch, and what they need") {
  FOR_EACH_STORE(path, "prune");
  for (int i = 1; i <= 5; ++i)
    AddRun(path, "main;f" + std::to_string(i) + " 1\nmain;common 2", i * 1000, {.branch = i == 1 ? "old" : "main"});
  CHECK(History(path, OpenFor::kWriting).Prune(2) == 2);
  const History history(path, OpenFor::kReading);
  CHECK(history.List().size() == 3);
  CHECK(history.Functions(history.List("main").back().id, "").front().name == "common");
  CHECK(history.Trend({.function = "f1"}).size() == 3);
  CHECK_THROWS_AS(history.Trend({.function = "f2"}), model::UsageError);  // its name is gone
}

TEST_CASE("files that are not ours, newer than us, damaged or missing are refused and left alone") {
  const std::string path = FreshPath("refused.db");
  CHECK(Complaint(path, OpenFor::kReading) == path + ": there is no such history; `goprof history add` makes one");

  std::ofstream(path)
      << "just some text that is long enough to be no header of a database, a hundred bytes and more, and more, and more";
  const std::string text = Bytes(path);
  CHECK(Complaint(path, OpenFor::kWriting) == path + ": is no history file: not an SQLite database");
  CHECK(Bytes(path) == text);

  const std::string foreign = FreshPath("foreign.db");
  Run(foreign, "CREATE TABLE theirs (x)");
  const std::string before = Bytes(foreign);
  CHECK(Complaint(foreign, OpenFor::kWriting) ==
        foreign + ": is no history of goprof, but a database of another program; nothing was changed");
  CHECK(Bytes(foreign) == before);

  const std::string newer = FreshPath("newer.db");
  AddRun(newer, "main 1", 1);
  Run(newer, "PRAGMA user_version = 99");
  CHECK(Complaint(newer, OpenFor::kWriting) ==
        newer + ": was written by a newer goprof (format 99, this one knows 1); nothing was changed");

  const std::string cut = FreshPath("cut.db");
  for (int i = 0; i < 5; ++i) AddRun(cut, "main;a 1\nmain;b 2", i);
  const std::string whole = Bytes(cut);
  std::ofstream(cut, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() / 2);
  CHECK(Complaint(cut, OpenFor::kReading).find("is damaged") != std::string::npos);
}

TEST_CASE("eight writers at once lose nothing") {
  FOR_EACH_STORE(path, "parallel");
  constexpr int kWriters = 8, kRuns = 6;
  std::vector<std::jthread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&path, w] {
      for (int i = 0; i < kRuns; ++i)
        AddRun(path, "main;shared 1\nmain;w" + std::to_string(w) + " " + std::to_string(i + 1), w * 100 + i + 1);
    });
  }
  writers.clear();
  const History history(path, OpenFor::kReading);
  CHECK(history.List().size() == kWriters * kRuns);
  double sum = 0;
  for (const auto& point : history.Trend({.function = "w3"})) sum += point.value;
  CHECK(sum == 21);
}

TEST_CASE("a writer killed in the middle loses nothing that was there") {
  FOR_EACH_STORE(path, "killed");
  std::string large;
  for (int i = 0; i < 3000; ++i)
    large += "main;f" + std::to_string(i % 50) + ";g" + std::to_string(i) + " " + std::to_string(i + 1) + "\n";
  AddRun(path, large, 1);
  size_t last = 1;
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (int i = 0;; ++i) AddRun(path, large + "main;h" + std::to_string(round * 100000 + i) + " 1", i + 2);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + 17 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const History history(path, OpenFor::kWriting);  // looks the whole file over
    const size_t now = history.List().size();
    CHECK(now >= last);
    last = now;
    for (const auto& point : history.Trend({.function = "g7"})) CHECK(point.value == 8);
  }
}

TEST_CASE("names that are not UTF-8 come back as escapes, and one as another are still one each") {
  FOR_EACH_STORE(path, "names");
  model::Profile profile = test_support::Folded("main;good 3");
  const auto bad = profile.symbols.InternFrame(std::string("caf\xe9\0", 5), "", 0);
  const int64_t four[] = {4};
  profile.AddSample(profile.stacks.Child(model::StackTrie::root(), bad), four);
  analysis::RunTable table;
  table.Add(profile, "run");
  History(path, OpenFor::kWriting).Add(table, 0, {});
  History(path, OpenFor::kWriting).Add(table, 0, {});
  const History history(path, OpenFor::kReading);
  CHECK(history.Functions(2, "").front().name == "caf\\xe9\\x00");
  CHECK(history.Trend({.function = std::string("caf\xe9\0", 5)}).back().value == 4);
}

TEST_CASE("a deep run of many stacks comes back whole") {
  FOR_EACH_STORE(path, "deep");
  std::string folded;
  for (int i = 0; i < 2000; ++i) folded += "main;a" + std::to_string(i % 7) + ";b" + std::to_string(i) + ";c 1\n";
  std::string deep = "main";
  for (int i = 0; i < 700; ++i) deep += ";recurse";
  AddRun(path, folded + deep + " 5", 1000, {.branch = "main"});
  analysis::RunTable table;
  History(path, OpenFor::kReading).LoadBaseline(table, "main", 1);
  REQUIRE(table.runs().size() == 1);
  CHECK(table.runs()[0].stack.size() == 2001);
  CHECK(analysis::TotalSeries(table, 0).value[0] == 2005);
}

TEST_CASE("a writer waits for another one, and says so when that one does not let go") {
  FOR_EACH_STORE(path, "locked");
  AddRun(path, "main 1", 1);
  const auto other = analysis::OpenStore(path, OpenFor::kWriting);
  {
    const analysis::SqlTransaction hold(*other);
    CHECK_THROWS_WITH_AS(History(path, OpenFor::kWriting, std::chrono::milliseconds(200)).Add(Table("main 2", 2), 0, {}),
                         doctest::Contains("another process holds it for writing and did not let go; nothing was changed"),
                         model::InputError);
    CHECK(History(path, OpenFor::kReading).List().size() == 1);  // readers don't wait
  }
  std::jthread holder([&path] {
    const auto third = analysis::OpenStore(path, OpenFor::kWriting);
    const analysis::SqlTransaction hold(*third);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  });
  AddRun(path, "main 3", 3);
  CHECK(History(path, OpenFor::kReading).List().size() == 2);
}

TEST_CASE("a server that is not there, not ours, newer or read-only is refused with its reason and without the password") {
  CHECK(Complaint("postgresql://me:secret@127.0.0.1:1/perf", OpenFor::kReading)
            .starts_with("postgresql://me@127.0.0.1:1/perf: "));
  const test_support::PostgresServer* server = test_support::PostgresServer::Get();
  if (server == nullptr) return;
  const std::string empty = server->NewDatabase();
  CHECK(
      Complaint(empty, OpenFor::kReading).ends_with("there is no history in this database; `goprof history add` makes one"));

  const std::string foreign = server->NewDatabase();
  server->Execute(foreign, "CREATE SCHEMA goprof; CREATE TABLE goprof.theirs (x int)");
  CHECK(Complaint(foreign, OpenFor::kWriting)
            .ends_with("its schema goprof is no history of goprof, but another program's; nothing was changed"));

  const std::string newer = server->NewDatabase();
  AddRun(newer, "main 1", 1);
  server->Execute(newer, "UPDATE goprof.version SET number = 99");
  CHECK(Complaint(newer, OpenFor::kWriting)
            .ends_with("was written by a newer goprof (format 99, this one knows 1); nothing was changed"));

  const std::string fixed = server->NewDatabase();
  AddRun(fixed, "main 1", 1);
  const std::string name =
      fixed.substr(fixed.rfind('/', fixed.find('?')) + 1, fixed.find('?') - fixed.rfind('/', fixed.find('?')) - 1);
  server->Execute(fixed, "ALTER DATABASE " + name + " SET default_transaction_read_only = on");
  CHECK_THROWS_WITH_AS(AddRun(fixed, "main 2", 2), doctest::Contains("can't be written to"), model::InputError);
  CHECK(History(fixed, OpenFor::kReading).List().size() == 1);
}
