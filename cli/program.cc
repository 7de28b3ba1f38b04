#include "cli/program.h"
#include "render/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

#include "render/terminal_text.h"

namespace cli {
namespace {

constexpr const char* kVersion = "0.1.0";

void PrintHelp(const Program& program) {
  fmt::print("{} - {}\n\nUsage: {} COMMAND [OPTION ..] FILE ..\n\nCommands:\n", program.name, program.does, program.name);
  size_t width = 0;
  for (const Command& command : program.commands) width = std::max(width, std::string_view(command.synopsis).size());
  for (const Command& command : program.commands) fmt::print("  {:<{}}  {}\n", command.synopsis, width, command.does);
  fmt::print(
      "\n`{} COMMAND --help` explains a command. A file can be plain, gzip or zstd; `-` is standard input.\n"
      "Exit status: 0 nothing found, 1 found something, 2 could not do it.\n",
      program.name);
}

const Command* Find(const Program& program, std::string_view name) {
  const auto at = std::ranges::find_if(program.commands, [&](const Command& c) { return c.name == name; });
  return at == program.commands.end() ? nullptr : &*at;
}

// The command whose name is nearest by edit distance, for "did you mean".
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string Hint(const Program& program, std::string_view name) {
  const Program& sibling = std::string_view(program.name) == kGotrace.name ? kGoprof : kGotrace;
  if (Find(sibling, name) != nullptr) return fmt::format(" {} has it: `{} {}`.", sibling.name, sibling.name, name);
  const auto nearest =
      std::ranges::min_element(program.commands, {}, [&](const Command& c) { return Distance(name, c.name); });
  const bool is_near = nearest != program.commands.end() && Distance(name, nearest->name) <= 2;
  return is_near ? fmt::format(" Did you mean `{}`?", nearest->name) : "";
}

int UnknownCommand(const Program& program, std::string_view name) {
  fmt::print(stderr, "{}: there is no command `{}`.{} `{} --help` lists them.\n", program.name, name, Hint(program, name),
             program.name);
  return kFailed;
}

}  // namespace

int Run(const Program& program, int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    PrintHelp(program);
    return kFailed;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    PrintHelp(program);
    return kClean;
  }
  if (words[0] == "--version") {
    fmt::print("{} {}\n", program.name, kVersion);
    return kClean;
  }
  const Command* command = Find(program, words[0]);
  if (command == nullptr) return UnknownCommand(program, words[0]);
  try {
    return command->run(Arguments(words).subspan(1));
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "{}: not enough memory\n", program.name);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program.name, render::TerminalText(error.what()));
  }
  return kFailed;
}

}  // namespace cli
