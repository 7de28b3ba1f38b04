#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/places.h"

// The star of docs/design.md: model knows nobody, proto, analysis and render know model, cli knows all.
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"model", {"model"}},
    {"proto", {"proto", "model"}},
    {"analysis", {"analysis", "model"}},
    {"render", {"render", "model"}},
    {"cli", {"cli", "proto", "analysis", "render", "model"}},
};

struct Include {
  std::string file, target;
  bool is_quoted;
};

std::vector<Include> IncludesOf(const std::string& folder) {
  static const std::regex kInclude(R"(^\s*#include\s+(["<])([^">]+)[">])");
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    std::ifstream in(entry.path());
    std::smatch match;
    for (std::string line; std::getline(in, line);) {
      if (std::regex_search(line, match, kInclude)) {
        found.push_back({fs::relative(entry.path(), test_support::kSourceDir), match[2], match[1] == "\""});
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("folders include only the folders they may know") {
  for (const auto& [folder, allowed] : kMayInclude) {
    const std::vector<Include> includes = IncludesOf(folder);
    CHECK_MESSAGE(!includes.empty(), folder);
    for (const Include& include : includes) {
      if (!include.is_quoted) continue;
      const std::string target = include.target.substr(0, include.target.find('/'));
      CHECK_MESSAGE(allowed.contains(target), include.file << " includes " << include.target);
    }
  }
}

TEST_CASE("each library has one home") {
  const std::map<std::string, std::string> kHome = {
      {"google/protobuf", "proto/pprof/"},
      {"isa-l/", "proto/"},
      {"zlib.h", "proto/"},
      {"zstd.h", "proto/"},
      {"boost/graph", "analysis/"},
      {"sqlite3.h", "analysis/store/"},
      {"nlohmann", "render/"},
      {"boost/program_options", "cli/"},
      {"doctest", "tests/"},
  };
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const Include& include : IncludesOf(folder)) {
      for (const auto& [library, home] : kHome) {
        if (!include.target.starts_with(library)) continue;
        CHECK_MESSAGE(include.file.starts_with(home), include.file << " includes " << include.target);
      }
    }
  }
}

// Two classes of one name in one namespace would be one to the linker, which says nothing and takes either.
TEST_CASE("a type's name is used once in a namespace") {
  const std::regex kNamespace(R"(^namespace ([\w:]+) \{)"), kType(R"(^(?:struct|class|enum class) (\w+)(?: :[^;]*)? \{)");
  std::map<std::string, std::string> file_of;
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / folder)) {
      if (entry.path().extension() != ".h") continue;
      const std::string file = fs::relative(entry.path(), test_support::kSourceDir);
      std::ifstream in(entry.path());
      std::string space;
      std::smatch match;
      for (std::string line; std::getline(in, line);) {
        if (std::regex_search(line, match, kNamespace)) space = match[1];
        if (!std::regex_search(line, match, kType)) continue;
        const auto [known, is_new] = file_of.emplace(space + "::" + match[1].str(), file);
        CHECK_MESSAGE(is_new, known->first << " is in " << known->second << " and in " << file);
      }
    }
  }
  CHECK(file_of.size() > 100);
}
