#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/places.h"
#include "tests/support/transcript.h"

// `go tool pprof` as the judge: each report with each option, on recordings of every kind, must print the same. Without a Go
// toolchain these tests say so and pass; tests/oracle/goldens has what pprof printed where there was one.
namespace {

namespace fs = std::filesystem;

std::string Folder() {
  static const std::string kFolder = test_support::MakeSessionFolder("goprof_oracle");
  return kFolder;
}

test_support::Outcome Shell(const std::string& command) { return test_support::RunShell("TZ=UTC " + command, Folder()); }

// The path of pprof's program; empty without Go.
std::string Pprof() {
  static const std::string kPath = [] {
    const auto outcome = Shell("go tool -n pprof 2>/dev/null");
    return outcome.exit_status == 0 && !outcome.lines.empty() ? outcome.lines.front() : std::string();
  }();
  return kPath;
}

bool HasPprof() {
  if (!Pprof().empty()) return true;
  MESSAGE("skipped: there is no Go toolchain here");
  return false;
}

std::vector<std::string> Recordings() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / "fixtures")) {
    if (entry.path().string().ends_with(".pb.gz") || entry.path().extension() == ".pb")
      files.push_back(fs::relative(entry.path(), test_support::kSourceDir));
  }
  std::ranges::sort(files);
  return files;
}

std::string WithoutBlankEnd(std::string text) {
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// One recording of each kind: cpu, heap, mutex, ..
const std::vector<std::string>& Kinds() {
  static const std::vector<std::string> kKinds = {"fixtures/cpu_regression/go1.26.after.1.cpu.pb.gz",
                                                  "fixtures/abba/go1.26.goroutine.pb.gz",
                                                  "fixtures/profile_kinds/go1.26.heap.pb.gz",
                                                  "fixtures/profile_kinds/go1.26.allocs.pb.gz",
                                                  "fixtures/profile_kinds/go1.26.block.pb.gz",
                                                  "fixtures/profile_kinds/go1.26.mutex.pb.gz",
                                                  "fixtures/profile_kinds/go1.11.heap.pb.gz",
                                                  "fixtures/profile_kinds/go1.26.cpu.pb.gz",
                                                  "fixtures/other_producers/rust.cpu.pb",
                                                  "fixtures/other_producers/cpp.cpu.pb.gz",
                                                  "fixtures/other_producers/node.time.pb.gz",
                                                  "fixtures/other_producers/node.heap.pb.gz"};
  return kKinds;
}

// Where pprof prints an error in place of the source, goprof lists the lines that cost by number as well.
std::vector<std::string> WithoutLinesByNumber(const std::vector<std::string>& lines) {
  std::vector<std::string> kept;
  bool is_sourceless = false;
  for (const std::string& line : lines) {
    if (line.starts_with("ROUTINE")) is_sourceless = false;
    if (!is_sourceless) kept.push_back(line);
    is_sourceless |= line.starts_with(" Error:");
  }
  return kept;
}

void CheckSame(const std::string& report, const std::string& options, const std::string& file) {
  const std::string name = report.substr(0, report.find(' '));
  const std::string argument = name == report ? "" : report.substr(name.size() + 1);
  const auto ours = Shell(fmt::format("goprof {} {} {} {}", name, argument, options, file));
  const auto theirs = Shell(fmt::format("{} -symbolize=remote -{}{} {} {} 2>&1", Pprof(), name,
                                        argument.empty() ? "" : "=" + argument, options, file));
  auto said_lines = theirs.lines;
  std::erase_if(said_lines,
                [](const std::string& line) { return line.find("' as range, not regexp") != std::string::npos; });
  const std::string said = Joined(said_lines);
  if (said.find("expression matched no samples") != std::string::npos ||
      said.find("no matches found") != std::string::npos) {
    CHECK_MESSAGE(ours.exit_status == 2,
                  "goprof " << report << " " << options << " " << file << ": a filter that matches nothing is an error");
    return;
  }
  CHECK_MESSAGE(Joined(WithoutLinesByNumber(ours.lines)) == said, "goprof " << report << " " << options << " " << file);
}

}  // namespace

TEST_CASE("goprof prints what go tool pprof printed where tests/oracle/goldens was written") {
  size_t blocks = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(test_support::kSourceDir) / "tests/oracle/goldens")) {
    std::ifstream file(entry.path());
    std::string command, said;
    const auto check = [&] {
      if (command.empty()) return;
      CHECK_MESSAGE(WithoutBlankEnd(Joined(Shell("goprof " + command).lines)) == WithoutBlankEnd(said),
                    "goprof " << command);
      ++blocks;
      said.clear();
    };
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("$ ")) {
        said += line + "\n";
        continue;
      }
      check();
      command = line.substr(2);
    }
    check();
  }
  CHECK(blocks > 50);
}

TEST_CASE("goprof top prints what go tool pprof -top prints, on every recording") {
  if (!HasPprof()) return;
  for (const std::string& file : Recordings()) CheckSame("top", "", file);
}

TEST_CASE("goprof top --json has the numbers of go tool pprof, on every recording") {
  if (!HasPprof()) return;
  for (const std::string& file : Recordings()) {
    const auto json = nlohmann::json::parse(Joined(Shell("goprof top --json " + file).lines));
    const std::string unit = json["unit"] == "nanoseconds" ? "ns"
                             : json["unit"] == "bytes"     ? "B"
                                                           : json["unit"].get<std::string>();
    const auto theirs = Shell(
        fmt::format("{} -symbolize=remote -top -nodecount=0 -nodefraction=0 -unit={} {} 2>/dev/null", Pprof(), unit, file));
    std::vector<std::string> wanted, found;
    bool is_table = false;
    for (const std::string& line : theirs.lines) {
      std::istringstream words(line);
      std::string flat, flat_percent, sum_percent, cum, cum_percent, name;
      words >> flat >> flat_percent >> sum_percent >> cum >> cum_percent >> std::ws;
      std::getline(words, name);
      name = name.substr(0, std::min(name.find(" (inline)"), name.find(" (partial-inline)")));
      const auto number = [](const std::string& text) { return text.substr(0, text.find_first_not_of("-0123456789")); };
      if (is_table) wanted.push_back(number(flat) + " " + number(cum) + " " + name);
      is_table |= flat == "flat";
    }
    for (const auto& row : json["top"]) {
      found.push_back(
          fmt::format("{} {} {}", row["flat"].get<int64_t>(), row["cum"].get<int64_t>(), row["name"].get<std::string>()));
    }
    CHECK_MESSAGE(Joined(found) == Joined(wanted), file);
  }
}

TEST_CASE("every option of top means what it means to pprof") {
  if (!HasPprof()) return;
  for (const char* options : {"-cum",
                              "-lines",
                              "-addresses",
                              "-filefunctions",
                              "-noinlines",
                              "-nodecount=5",
                              "-unit=auto",
                              "-unit=ms",
                              "-sample_index=0",
                              "-mean",
                              "-divide_by=3",
                              "-focus=main",
                              "-ignore=runtime",
                              "-hide=runtime",
                              "-show=main",
                              "-show_from=main",
                              "-prune_from=main",
                              "-trim=false",
                              "-relative_percentages -focus=main",
                              "-lines -showcolumns",
                              "-addresses -noinlines",
                              "-compact_labels",
                              "-nodefraction=0.1 -edgefraction=0.2",
                              "-tagroot=bytes",
                              "-tagleaf=bytes -unit=kb",
                              "-tagfocus=bytes=1kb:",
                              "-tagignore=:64b",
                              "-tagshow=bytes",
                              "-trim_path=/usr -lines",
                              "-focus=main -hide=runtime -cum=true",
                              "--cum --nodecount 3"}) {
    for (const std::string& file : Kinds()) CheckSame("top", options, file);
  }
}

TEST_CASE("the other reports print what pprof prints") {
  if (!HasPprof()) return;
  for (const char* report : {"tree", "traces", "tags", "raw", "peek main", "list main"}) {
    for (const char* options : {"", "-lines", "-noinlines", "-addresses", "-cum -nodecount=6", "-mean", "-unit=auto",
                                "-sample_index=0", "-focus=runtime", "-hide=runtime", "-trim=false -divide_by=2"}) {
      for (const std::string& file : Kinds()) CheckSame(report, options, file);
    }
  }
}

TEST_CASE("names of C++ and Rust are demangled as pprof does it") {
  if (!HasPprof()) return;
  for (const char* mode : {"default", "templates", "full", "none"}) {
    const std::string option = fmt::format("-symbolize=remote:demangle={}", mode);
    CheckSame("raw", option, "fixtures/linker_names/names.pb.gz");
    for (const char* file : {"cpp.cpu.pb.gz", "node.time.pb.gz"})
      CheckSame("top", option, fmt::format("fixtures/other_producers/{}", file));
  }
  // The other forms have __rust_begin_short_backtrace in them, which pprof takes an underscore from.
  CheckSame("top", "-symbolize=remote:demangle=none", "fixtures/other_producers/rust.cpu.pb");
  CheckSame("raw", "-symbolize=none", "fixtures/linker_names/names.pb.gz");
}

TEST_CASE("what goprof merge writes is what pprof makes of the same files") {
  if (!HasPprof()) return;
  const std::string files =
      "fixtures/cpu_regression/go1.26.after.1.cpu.pb.gz fixtures/cpu_regression/go1.26.before.2.cpu.pb.gz";
  REQUIRE(Shell("goprof merge -o merged.pb.gz " + files).exit_status == 0);
  CHECK(Joined(Shell(Pprof() + " -raw merged.pb.gz").lines) == Joined(Shell(Pprof() + " -raw " + files).lines));
  REQUIRE(Shell("goprof convert --to callgrind -o ours.grind " + files).exit_status == 0);
  CHECK(Joined(Shell("cat ours.grind").lines) == Joined(Shell(Pprof() + " -symbolize=remote -callgrind " + files).lines));
}

TEST_CASE("merging does not depend on the order of the files") {
  const std::string a = "fixtures/cpu_regression/go1.26.after.1.cpu.pb.gz",
                    b = "fixtures/cpu_regression/go1.26.after.2.cpu.pb.gz",
                    c = "fixtures/cpu_regression/go1.26.before.1.cpu.pb.gz";
  REQUIRE(Shell("goprof merge -o ab.pb.gz " + a + " " + b + " && goprof merge -o bc.pb.gz " + b + " " + c).exit_status == 0);
  const std::string all = Joined(Shell("goprof top -compact_labels -nodefraction=0 " + a + " " + b + " " + c).lines);
  CHECK(Joined(Shell("goprof top -compact_labels -nodefraction=0 ab.pb.gz " + c).lines) == all);
  CHECK(Joined(Shell("goprof top -compact_labels -nodefraction=0 " + a + " bc.pb.gz").lines) == all);
  CHECK(Joined(Shell("goprof top -compact_labels -nodefraction=0 " + c + " " + b + " " + a).lines) == all);
}

TEST_CASE("profiles are added and subtracted as pprof does it") {
  if (!HasPprof()) return;
  const std::string folder = "fixtures/cpu_regression/go1.26.";
  CheckSame("top", "", folder + "after.1.cpu.pb.gz " + folder + "after.2.cpu.pb.gz " + folder + "after.3.cpu.pb.gz");
  for (const char* how : {"-base=", "-diff_base="}) {
    for (const char* more : {"", "-normalize", "-drop_negative", "-cum -nodecount=7"}) {
      CheckSame("top", fmt::format("{} {}{}before.1.cpu.pb.gz", more, how, folder), folder + "after.1.cpu.pb.gz");
    }
  }
}
