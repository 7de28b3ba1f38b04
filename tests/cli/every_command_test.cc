#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "cli/program.h"
#include "model/profile.h"
#include "proto/gzip.h"
#include "proto/pprof/writer.h"
#include "tests/support/places.h"
#include "tests/support/transcript.h"

// What holds for every command, whatever the input: it ends, by itself, with 0, 1 or 2; with 2 it says why in one line on
// standard error, writes nothing to standard output and leaves no file behind; and it stays within its memory.
namespace {

namespace fs = std::filesystem;

constexpr rlim_t kAddressSpace = rlim_t{2} << 30;
constexpr unsigned kSeconds = 20;

// Commands that need more than a file. FILE stands for the input.
const std::map<std::string, std::vector<std::string>> kWords = {
    {"diff", {"FILE", "FILE"}},
    {"stacks", {"FILE", "FILE"}},
    {"peek", {"main", "FILE"}},
    {"list", {"main", "FILE"}},
    {"merge", {"FILE", "-o", "out"}},
    {"flame", {"FILE", "-o", "out"}},
    {"report", {"FILE", "-o", "out"}},
    {"gate", {"--before", "FILE", "--after", "FILE"}},
    {"history", {"add", "--store", "history.db", "FILE"}},
    {"query", {"FILE", "select 1"}},
    {"export", {"FILE", "--sqlite", "out"}},
    {"convert", {"FILE", "--to", "folded"}},
    {"cross-check", {"FILE", "--cpu", "FILE"}},
};

struct Ended {
  int status = 0;  // exit status, or 128 + signal
  std::string out, err;
};

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Ended RunProgram(const std::string& program, const std::vector<std::string>& words, const fs::path& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit = {kAddressSpace, kAddressSpace};
#ifndef __SANITIZE_ADDRESS__
    ::setrlimit(RLIMIT_AS, &limit);
#else
    (void)limit;
#endif
    ::alarm(kSeconds);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    ::dup2(::open("/dev/null", O_RDONLY), 0);
    ::dup2(::open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    ::dup2(::open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    std::vector<char*> argv = {const_cast<char*>(program.c_str())};
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv((fs::path(test_support::kBinaryDir) / program).c_str(), argv.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = Slurp(folder / "stdout"),
          .err = Slurp(folder / "stderr")};
}

std::vector<std::string> WordsFor(const cli::Command& command, const std::string& file) {
  std::vector<std::string> words = {command.name};
  const auto more = kWords.find(command.name);
  for (const std::string& word : more == kWords.end() ? std::vector<std::string>{"FILE"} : more->second) {
    words.push_back(word == "FILE" ? file : word);
  }
  return words;
}

bool HasControlCharacters(const std::string& text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == 0x7f; });
}

void CheckCommand(const cli::Program& program, const cli::Command& command, const std::string& file,
                  const fs::path& folder) {
  const Ended ended = RunProgram(program.name, WordsFor(command, file), folder);
  const std::string called = std::string(program.name) + " " + command.name + " " + file;
  CAPTURE(called);
  CAPTURE(ended.err);
  CHECK(ended.status <= 2);
  // A gate that can't judge says so in its report; everything else that exits with 2 has no report.
  const bool is_unknown_verdict = std::string_view(command.name) == "gate" && ended.out.starts_with("unknown");
  if (ended.status == 2 && !is_unknown_verdict) {
    CHECK(ended.out.empty());
    CHECK(std::ranges::count(ended.err, '\n') == 1);
    CHECK(ended.err.starts_with(program.name));
    CHECK_FALSE(fs::exists(folder / "out"));
  }
  // What is for other programs (folded stacks) has names as they are; what people read has nothing a terminal obeys.
  const bool is_for_programs =
      ended.out.empty() || command.name == std::string_view("folded") || command.name == std::string_view("convert");
  CHECK_MESSAGE((is_for_programs || !HasControlCharacters(ended.out)), "control characters on standard output");
  CHECK_FALSE_MESSAGE(HasControlCharacters(ended.err), "control characters on standard error");
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    CHECK_MESSAGE(!name.ends_with(".tmp"), name << " was left behind");
    if (name.starts_with("out") || name.starts_with("history")) fs::remove(entry.path());
  }
}

void CheckAll(const std::string& file, const fs::path& folder) {
  for (const cli::Program* program : {&cli::kGotrace, &cli::kGoprof}) {
    for (const cli::Command& command : program->commands) CheckCommand(*program, command, file, folder);
  }
}

fs::path Folder(const char* name) {
  const fs::path folder = fs::path(test_support::kBinaryDir) / "sessions" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

}  // namespace

TEST_CASE("every command ends well on every kind of recording") {
  const fs::path folder = Folder("every_recording");
  // One of each kind of file a scenario has: the scenarios differ in content, the kinds in format.
  std::map<std::string, fs::path> kinds;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / "fixtures")) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || !(name.starts_with("go1") || name.ends_with(".perf") || name.ends_with(".folded")))
      continue;
    kinds.emplace(name, entry.path());
  }
  CHECK(kinds.size() > 20);
  for (const auto& [name, path] : kinds) CheckAll(path, folder);
}

TEST_CASE("every command refuses what it can't read in one line, and leaves nothing behind") {
  const fs::path folder = Folder("every_refusal");
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return (folder / name).string();
  };
  std::mt19937 random(7);
  std::string noise;
  for (int i = 0; i < 100'000; ++i) noise += static_cast<char>(random());
  const std::string trace = Slurp(fs::path(test_support::kSourceDir) / "fixtures/abba/go1.26.trace");
  const std::string profile = Slurp(fs::path(test_support::kSourceDir) / "fixtures/cpu_regression/go1.26.after.1.cpu.pb.gz");
  const std::vector<std::string> files = {
      write("empty", ""),
      write("noise", noise),
      write("text", "this is\nno recording\nat all\n"),
      write("header-only", "go 1.26 trace\x00\x00\x00"),
      write("old-header", std::string("go 1.5 trace\x00\x00\x00\x00", 16)),
      write("cut-trace", trace.substr(0, trace.size() / 2)),
      write("cut-profile", profile.substr(0, profile.size() / 2)),
      write("<script>alert(1)</script>\x1b[31m", noise),
      (folder / "missing").string(),
      folder.string(),
  };
  for (const std::string& file : files) CheckAll(file, folder);
}

namespace {

// A CPU profile of `stacks` stacks of one function each, named by `name(i)`.
model::Profile OneFrameStacks(size_t stacks, int64_t value, const std::function<std::string(size_t)>& name) {
  model::Profile profile;
  const auto type = [&](const char* text, const char* unit) {
    return model::ValueType{profile.symbols.InternString(text), profile.symbols.InternString(unit)};
  };
  profile.value_types = {type("samples", "count"), type("cpu", "nanoseconds")};
  profile.period_type = profile.value_types[1];
  profile.period = 10'000'000;
  for (size_t i = 0; i < stacks; ++i) {
    const int64_t values[] = {value, value * profile.period};
    profile.AddSample(profile.stacks.Child({}, profile.symbols.InternFrame(name(i), "/src/" + name(i) + ".go", 7)), values);
  }
  return profile;
}

model::Profile ManyLabels() {
  model::Profile profile = OneFrameStacks(100'000, 1, [](size_t) { return "main.main"; });
  const model::StringId key = profile.symbols.InternString("request");
  for (size_t i = 0; i < profile.sample_count(); ++i) {
    const model::Label label{.key = key, .text = profile.symbols.InternString(std::to_string(i))};
    profile.sample_labels[i] = profile.labels.Intern({&label, 1});
  }
  return profile;
}

model::Profile NoFunctions() {
  model::Profile profile = OneFrameStacks(0, 0, nullptr);
  const int64_t values[] = {1, 10'000'000};
  for (uint64_t address = 0x401000; address < 0x401100; address += 16)
    profile.AddSample(profile.stacks.Child({}, profile.symbols.InternLocation({.address = address}, {})), values);
  return profile;
}

// A profile with megabytes of one letter as strings, in many members: a few hundred kilobytes that stand for half a
// gigabyte.
std::string Bomb() {
  const std::string head = proto::pprof::Write(OneFrameStacks(1, 1, [](size_t) { return "main.main"; }));
  constexpr size_t kMegabyte = size_t{1} << 20;
  const std::string text = std::string("\x32\x80\x80\x40", 4) + std::string(kMegabyte, 'a');  // string_table, 2^20 bytes
  const std::string member = proto::Gzip(text);
  std::string bomb = proto::Gzip(head);
  for (int i = 0; i < 600; ++i) bomb += member;
  return bomb;
}

}  // namespace

TEST_CASE("every command copes with profiles that nobody should have written") {
  const fs::path folder = Folder("hostile_profiles");
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return (folder / name).string();
  };
  const auto profile = [&](const char* name, const model::Profile& made) { return write(name, proto::pprof::Write(made)); };
  const std::vector<std::string> files = {
      profile("labels.pb", ManyLabels()),
      profile("no-functions.pb", NoFunctions()),
      profile("no-samples.pb", OneFrameStacks(0, 0, nullptr)),
      profile("negative.pb", OneFrameStacks(20, -3, [](size_t i) { return "main.f" + std::to_string(i); })),
      profile("long-names.pb", OneFrameStacks(5, 1, [](size_t i) { return std::string(100'000 + i, 'x'); })),
      profile("controls.pb",
              OneFrameStacks(3, 1, [](size_t i) { return "main.\x1b]0;owned\x07\r\x01" + std::to_string(i); })),
      write("bomb.pb.gz", Bomb()),
  };
  for (const std::string& file : files) CheckAll(file, folder);
}
