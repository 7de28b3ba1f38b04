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

void Run(const std::string& path, const char* sql) { analysis::Database(path, OpenFor::kWriting).Execute(sql); }

}  // namespace

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
  const std::string path = FreshPath("roundtrip.db");
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
  CHECK(history.LoadBaseline(table, "main", 10) == 1);  // the bad one stays out
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
  const std::string path = FreshPath("prune.db");
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
  const std::string path = FreshPath("parallel.db");
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
  const std::string path = FreshPath("killed.db");
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
