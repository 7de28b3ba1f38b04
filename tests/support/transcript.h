#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Console sessions in text: the examples of the documentation and the cases of tests/cli/cases. In a Markdown file they
// stand in ```console blocks; a .txt file is one session.
//
//   $ gotrace summary fixtures/abba/go1.26.trace      a command, run by sh, both outputs together
//   go 1.26 trace, ...                                what it must print
//   ...                                               any lines
//   [exit 1]                                          its exit status, where that is not 0
namespace test_support {

struct Exchange {
  std::string command;
  std::vector<std::string> expected;  // lines, without the exit status
  int exit_status = 0;
  size_t line = 0;      // of the command in the file, from 1
  size_t end_line = 0;  // of the first line behind the expected ones
};

std::vector<Exchange> ParseTranscript(const std::string& path);

struct Outcome {
  std::vector<std::string> lines;
  int exit_status = 0;
};
// Runs in a fresh folder that sees the repository's fixtures/ and has gotrace and goprof on its PATH; times are shown in
// UTC.
Outcome RunShell(const std::string& command, const std::string& folder);
std::string MakeSessionFolder(const std::string& name);

bool Matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual);

// Writes what was really printed into the file, in place of what was expected. For people who then read the diff.
void Refresh(const std::string& path, const std::vector<Exchange>& exchanges, const std::vector<Outcome>& outcomes);

}  // namespace test_support
