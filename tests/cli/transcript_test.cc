#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/places.h"
#include "tests/support/transcript.h"

// Every example in the documentation and every case in tests/cli/cases is run. UPDATE_TRANSCRIPTS=1 writes what was printed
// into the files instead of comparing.
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> SessionFiles() {
  std::vector<fs::path> files = {fs::path(test_support::kSourceDir) / "README.md"};
  for (const char* folder : {"docs", "tests/cli/cases"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / folder)) {
      const std::string extension = entry.path().extension();
      if (extension == ".md" || extension == ".txt") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "  | " + line + "\n";
  return text;
}

}  // namespace

TEST_CASE("what the documentation shows is what the programs print") {
  const bool is_update = std::getenv("UPDATE_TRANSCRIPTS") != nullptr;
  size_t commands = 0;
  for (const fs::path& file : SessionFiles()) {
    if (!fs::exists(file)) continue;
    const auto exchanges = test_support::ParseTranscript(file);
    const std::string folder = test_support::MakeSessionFolder(fs::relative(file, test_support::kSourceDir).string());
    std::vector<test_support::Outcome> outcomes;
    for (const auto& exchange : exchanges) {
      outcomes.push_back(test_support::RunShell(exchange.command, folder));
      ++commands;
      if (is_update) continue;
      const auto& outcome = outcomes.back();
      CHECK_MESSAGE(outcome.exit_status == exchange.exit_status, file.string()
                                                                     << ":" << exchange.line << ": $ " << exchange.command);
      CHECK_MESSAGE(test_support::Matches(exchange.expected, outcome.lines),
                    file.string() << ":" << exchange.line << ": $ " << exchange.command << "\nwanted\n"
                                  << Joined(exchange.expected) << "printed\n"
                                  << Joined(outcome.lines));
    }
    if (is_update) test_support::Refresh(file, exchanges, outcomes);
  }
  CHECK(commands > 0);
}
