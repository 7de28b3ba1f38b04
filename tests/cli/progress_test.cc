#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fixture.h"
#include "tests/support/places.h"

// What somebody at a terminal sees of long work, and what Ctrl-C leaves behind: programs on a pseudo-terminal of their own.
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr const char* kWiped = "\r\x1b[K";

class OnTerminal {
 public:
  OnTerminal(const fs::path& folder, const std::vector<std::string>& words) {
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    ::alarm(60);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv((fs::path(test_support::kBinaryDir) / words[0]).c_str(), argv.data());
    ::_exit(127);
  }
  ~OnTerminal() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(terminal_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  void Signal(int signal) const { ::kill(pid_, signal); }
  void PressCtrlC() const { REQUIRE(::write(terminal_, "\x03", 1) == 1); }

  // Everything shown until `text` is among it, or until the program ends.
  const std::string& ShownUntil(const std::string& text) {
    char block[4096];
    while (shown_.find(text) == std::string::npos) {
      const ssize_t count = ::read(terminal_, block, sizeof block);
      if (count <= 0) break;  // Linux says EIO when the other side is closed
      shown_.append(block, static_cast<size_t>(count));
    }
    return shown_;
  }

  // As a shell says it: the exit status, or 128 and the signal.
  int Wait() {
    ShownUntil("\x01 never shown");
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string shown_;
};

fs::path Folder(const char* name) {
  const fs::path folder = fs::path(test_support::kBinaryDir) / "sessions" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

// The records of a recording many times over: no trace, but a file that takes a while to print the records of.
void WriteLongFile(const fs::path& path) {
  const std::string trace = test_support::ReadFixture("gc_heavy/go1.23.trace");
  constexpr size_t kBytes = 64 << 20;
  std::ofstream out(path, std::ios::binary);
  out << trace;
  for (size_t size = trace.size(); size < kBytes; size += trace.size() - 16) out << std::string_view(trace).substr(16);
}

// A second passes for the program while it stands still: progress is shown after the first one.
void LetASecondPass(const OnTerminal& program) {
  std::this_thread::sleep_for(milliseconds(20));
  program.Signal(SIGSTOP);
  std::this_thread::sleep_for(milliseconds(1100));
  program.Signal(SIGCONT);
}

std::vector<std::string> FilesIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

}  // namespace

TEST_CASE("on a terminal, work of more than a second says how far it is, and Ctrl-C leaves no file behind") {
  const fs::path folder = Folder("progress_file");
  WriteLongFile(folder / "long.trace");
  OnTerminal program(folder, {"gotrace", "dump", "--wire", "long.trace", "-o", "out.txt"});
  LetASecondPass(program);
  const std::string shown = program.ShownUntil("left");
  CAPTURE(shown);
  CHECK(std::regex_search(shown, std::regex("reading long\\.trace: [0-9]+ % of 67 MB, [0-9]+ MB/s, [0-9]+ s left")));
  CHECK(shown.starts_with(kWiped));
  program.PressCtrlC();
  CHECK(program.Wait() == 128 + SIGINT);
  CHECK(FilesIn(folder) == std::vector<std::string>{"long.trace"});
}

TEST_CASE("the line of progress is wiped when the work is done") {
  const fs::path folder = Folder("progress_pipe");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const std::string trace = test_support::ReadFixture("gc_heavy/go1.23.trace");
  OnTerminal program(folder, {"gotrace", "summary", "pipe"});
  std::ofstream pipe(folder / "pipe", std::ios::binary);  // of a pipe nobody knows how much is to come
  const size_t half = trace.size() / 2;
  pipe << trace.substr(0, half) << std::flush;
  std::this_thread::sleep_for(milliseconds(1200));
  pipe << trace.substr(half) << std::flush;
  pipe.close();
  CHECK(program.Wait() == 0);
  const std::string& shown = program.ShownUntil("\x01 never shown");
  CAPTURE(shown);
  CHECK(std::regex_search(shown, std::regex("reading pipe: [0-9]+ MB, [0-9]+ MB/s")));
  CHECK(shown.ends_with(kWiped));
}

TEST_CASE("Ctrl-C during an export leaves neither database nor folder behind") {
  for (const char* form : {"--sqlite", "--csv"}) {
    CAPTURE(form);
    const fs::path folder = Folder("interrupted_export");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    const std::string trace = test_support::ReadFixture("gc_heavy/go1.23.trace");
    OnTerminal program(folder, {"gotrace", "export", "pipe", form, "out"});
    std::ofstream pipe(folder / "pipe", std::ios::binary);
    pipe << trace.substr(0, trace.size() * 3 / 4) << std::flush;
    for (int tries = 0; tries < 500 && FilesIn(folder).size() < 2; ++tries) std::this_thread::sleep_for(milliseconds(10));
    CHECK(FilesIn(folder).size() == 2);  // there is a file to be left behind
    program.PressCtrlC();
    CHECK(program.Wait() == 128 + SIGINT);
    CHECK(FilesIn(folder) == std::vector<std::string>{"pipe"});
  }
}

TEST_CASE("not on a terminal nothing is said of progress") {
  const fs::path folder = Folder("progress_none");
  const std::string command = "cd '" + folder.string() + "' && { head -c 1000 '" +
                              test_support::FixturePath("generations/go1.26.trace") + "'; sleep 1.2; tail -c +1001 '" +
                              test_support::FixturePath("generations/go1.26.trace") + "'; } | '" +
                              (fs::path(test_support::kBinaryDir) / "gotrace").string() + "' summary - >/dev/null 2>said";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(fs::file_size(folder / "said") == 0);
}
