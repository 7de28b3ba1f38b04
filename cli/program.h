#pragma once

#include <span>
#include <string>

// What both programs share: a table of commands, help that lists it, and the one place where errors become exit 2.
namespace cli {

enum ExitStatus : int { kClean = 0, kFound = 1, kFailed = 2 };

using Arguments = std::span<const std::string>;  // behind the command's name

struct Command {
  const char* name;
  const char* synopsis;  // "deadlock TRACE"
  const char* does;      // "who is stuck, on what, held by whom"
  int (*run)(Arguments);
};

struct Program {
  const char* name;
  const char* does;
  std::span<const Command> commands;
};

// Runs argv[1]. --help, --version, no argument and unknown names are dealt with here. InputError and UsageError end as
// one line on stderr and exit status 2.
int Run(const Program& program, int argc, char** argv);

extern const Program kGotrace;  // cli/gotrace_commands.cc
extern const Program kGoprof;   // cli/goprof_commands.cc

}  // namespace cli
