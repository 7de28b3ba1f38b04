#include "tests/support/transcript.h"
#include "tests/support/places.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>

namespace test_support {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> LinesOf(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool IsExitStatus(const std::string& line, int& status) { return std::sscanf(line.c_str(), "[exit %d]", &status) == 1; }

// Matches expected lines, of which "..." stands for any number.
bool MatchFrom(std::span<const std::string> expected, std::span<const std::string> actual) {
  if (expected.empty()) return actual.empty();
  if (expected[0] != "...") {
    return !actual.empty() && expected[0] == actual[0] && MatchFrom(expected.subspan(1), actual.subspan(1));
  }
  for (size_t skip = 0; skip <= actual.size(); ++skip) {
    if (MatchFrom(expected.subspan(1), actual.subspan(skip))) return true;
  }
  return false;
}

}  // namespace

std::vector<Exchange> ParseTranscript(const std::string& path) {
  const bool is_markdown = path.ends_with(".md");
  const std::vector<std::string> lines = LinesOf(path);
  std::vector<Exchange> exchanges;
  bool is_inside = !is_markdown;
  bool is_open = false;  // an exchange may still take lines
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (is_markdown && line.starts_with("```")) {
      is_inside = line == "```console";
      is_open = false;
      continue;
    }
    if (!is_inside || (!is_markdown && line.starts_with("# "))) continue;
    if (line.starts_with("$ ")) {
      exchanges.push_back({.command = line.substr(2), .line = i + 1, .end_line = i + 2});
      is_open = true;
    } else if (is_open) {
      int status = 0;
      if (IsExitStatus(line, status)) {
        exchanges.back().exit_status = status;
        is_open = false;
      } else {
        exchanges.back().expected.push_back(line);
      }
      exchanges.back().end_line = i + 2;
    }
  }
  for (Exchange& exchange : exchanges) {
    while (!exchange.expected.empty() && exchange.expected.back().empty()) exchange.expected.pop_back();
  }
  return exchanges;
}

std::string MakeSessionFolder(const std::string& name) {
  const fs::path folder = fs::path(test_support::kBinaryDir) / "sessions" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  fs::create_directory_symlink(fs::path(test_support::kSourceDir) / "fixtures", folder / "fixtures");
  return folder;
}

Outcome RunShell(const std::string& command, const std::string& folder) {
  const std::string script = "cd '" + folder + "' && TZ=UTC && PATH='" + test_support::kBinaryDir +
                             "':\"$PATH\" && export PATH TZ && { " + command + "\n} 2>&1 </dev/null";
  FILE* pipe = ::popen(script.c_str(), "r");
  if (pipe == nullptr) return {{"can't start a shell"}, 127};
  std::string text;
  char buffer[4096];
  for (size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, got);
  const int status = ::pclose(pipe);
  Outcome outcome{.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) outcome.lines.push_back(line);
  while (!outcome.lines.empty() && outcome.lines.back().empty()) outcome.lines.pop_back();
  return outcome;
}

bool Matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  return MatchFrom(expected, actual);
}

void Refresh(const std::string& path, const std::vector<Exchange>& exchanges, const std::vector<Outcome>& outcomes) {
  std::vector<std::string> lines = LinesOf(path);
  for (size_t i = exchanges.size(); i > 0; --i) {
    const Exchange& exchange = exchanges[i - 1];
    const Outcome& outcome = outcomes[i - 1];
    if (outcome.exit_status == exchange.exit_status && Matches(exchange.expected, outcome.lines)) continue;
    std::vector<std::string> fresh = outcome.lines;
    if (outcome.exit_status != 0) fresh.push_back("[exit " + std::to_string(outcome.exit_status) + "]");
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(exchange.line);
    const auto end = lines.begin() + static_cast<std::ptrdiff_t>(std::min(exchange.end_line - 1, lines.size()));
    lines.insert(lines.erase(begin, end), fresh.begin(), fresh.end());
  }
  std::ofstream out(path);
  for (const std::string& line : lines) out << line << '\n';
}

}  // namespace test_support
