#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "cli/program.h"
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
