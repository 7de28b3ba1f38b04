#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "cli/program.h"
#include "tests/support/places.h"

// The documentation is complete and leads somewhere. That its sessions are what the programs print is tests/cli's.
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = test_support::kSourceDir;

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Everything that could be committed: no build folders, nothing hidden but .ci.
std::vector<fs::path> Files() {
  std::vector<fs::path> files;
  for (auto at = fs::recursive_directory_iterator(kRoot); at != fs::recursive_directory_iterator(); ++at) {
    const std::string name = at->path().filename();
    const bool is_foreign = name == "build" || name == "__pycache__" || (name.starts_with(".") && name != ".ci");
    if (is_foreign && at->is_directory())
      at.disable_recursion_pending();
    else if (at->is_regular_file() && name != ".git")  // a file in a linked work tree
      files.push_back(at->path());
  }
  return files;
}

std::vector<std::string> Matches(const std::string& text, const std::regex& expression) {
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) found.push_back((*at)[1]);
  return found;
}

std::set<std::string> Commands() {
  std::set<std::string> names;
  for (const cli::Program* program : {&cli::kGotrace, &cli::kGoprof}) {
    for (const cli::Command& command : program->commands) names.insert(std::string(program->name) + "-" + command.name);
  }
  return names;
}

std::set<std::string> Pages() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(kRoot / "docs/commands")) {
    const std::string name = entry.path().stem();
    if (name != "README") names.insert(name);
  }
  return names;
}

std::string PrintedBy(const std::string& call) {
  FILE* pipe = ::popen((std::string(test_support::kBinaryDir) + "/" + call).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  for (size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, got);
  CHECK_MESSAGE(::pclose(pipe) == 0, call);
  return text;
}

}  // namespace

TEST_CASE("each command has a page, and each page a command") {
  const std::set<std::string> commands = Commands(), pages = Pages();
  const std::string overview = Slurp(kRoot / "docs/commands/README.md");
  for (const std::string& command : commands) {
    CHECK_MESSAGE(pages.contains(command), "docs/commands/" << command << ".md is missing");
    CHECK_MESSAGE(overview.find("(" + command + ".md)") != std::string::npos,
                  "docs/commands/README.md does not list " << command);
  }
  for (const std::string& page : pages)
    CHECK_MESSAGE(commands.contains(page), "docs/commands/" << page << ".md is about no command");
}

TEST_CASE("each page of a command shows it at work, and tells what to record") {
  for (const std::string& page : Pages()) {
    const std::string text = Slurp(kRoot / "docs/commands" / (page + ".md"));
    std::string called = page;
    called[called.find('-')] = ' ';
    CHECK_MESSAGE(text.starts_with("# " + called + "\n"), page);
    CHECK_MESSAGE(text.find("\n$ " + called + " ") != std::string::npos, page << " has no session");
    CHECK_MESSAGE(text.find("\n## Record") != std::string::npos, page);
    CHECK_MESSAGE(text.find("\n## The others\n") + text.find("\n## What gets lost\n") != 2 * std::string::npos, page);
  }
}

TEST_CASE("each option that a page names is in a command's help") {
  std::string help;
  for (const cli::Program* program : {&cli::kGotrace, &cli::kGoprof}) {
    for (const cli::Command& command : program->commands)
      help += PrintedBy(std::string(program->name) + " " + command.name + " --help");
  }
  for (const char* verb : {"add", "list", "show", "trend", "prune"})
    help += PrintedBy(std::string("goprof history ") + verb + " --help");
  for (const std::string& page : Pages()) {
    const std::string text = Slurp(kRoot / "docs/commands" / (page + ".md"));
    for (const std::string& option : Matches(text, std::regex(R"((?:^|[\s`(])(--[a-z][a-z-]*))"))) {
      CHECK_MESSAGE(help.find(option) != std::string::npos, page << " names " << option);
    }
  }
}

TEST_CASE("links between pages lead somewhere") {
  for (const fs::path& file : Files()) {
    if (file.extension() != ".md") continue;
    for (const std::string& link : Matches(Slurp(file), std::regex(R"(\]\(([^)\s#]+)(?:#[^)]*)?\))"))) {
      if (link.find("://") != std::string::npos) continue;
      CHECK_MESSAGE(fs::exists(file.parent_path() / link), fs::relative(file, kRoot).string() << " links to " << link);
    }
  }
}

TEST_CASE("a page that a comment names exists") {
  for (const fs::path& file : Files()) {
    const std::string name = fs::relative(file, kRoot);
    const std::string extension = file.extension();
    if (extension != ".h" && extension != ".cc" && extension != ".proto" && name != "dev") continue;
    for (const std::string& page : Matches(Slurp(file), std::regex(R"(\b(docs/[a-z0-9_/-]+\.md))"))) {
      CHECK_MESSAGE(fs::exists(kRoot / page), name << " names " << page);
    }
  }
}

TEST_CASE("no text names a folder of the machine it was written on") {
  // In two parts each, or this file would name them.
  const std::vector<std::string> kFolders = {std::string("/work") + "/", std::string("/tmp") + "/wt",
                                             std::string("/tmp") + "/scratch", std::string("/root") + "/"};
  size_t looked_at = 0;
  for (const fs::path& file : Files()) {
    const std::string text = Slurp(file);
    if (text.find('\0') != std::string::npos) continue;
    ++looked_at;
    for (const std::string& folder : kFolders) {
      CHECK_MESSAGE(text.find(folder) == std::string::npos, fs::relative(file, kRoot).string() << " names " << folder);
    }
  }
  CHECK(looked_at > 300);
}
