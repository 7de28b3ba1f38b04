#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/input_error.h"
#include "proto/formats.h"
#include "tests/fuzz/read_anything.h"
#include "tests/support/shell.h"
#include "tests/support/wire_text.h"

// What the Go toolchain tests its own trace reader with, from every toolchain that is installed here: accepted and refused
// as expected there.
namespace {

namespace fs = std::filesystem;

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Line(const std::string& command) {
  const std::string text = test_support::OutputOf(command);
  return text.substr(0, text.find('\n'));
}

// internal/trace of each toolchain: the one on the path, and those that the go command has fetched.
std::vector<fs::path> TraceFolders() {
  std::set<fs::path> folders;
  const auto add = [&](const fs::path& root) {
    if (fs::is_directory(root / "src/internal/trace")) folders.insert(root / "src/internal/trace");
  };
  if (const std::string root = Line("go env GOROOT 2>/dev/null"); !root.empty()) add(root);
  const fs::path fetched = fs::path(Line("go env GOMODCACHE 2>/dev/null")) / "golang.org";
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(fetched, none)) {
    if (entry.path().filename().string().starts_with("toolchain@")) add(entry.path());
  }
  return {folders.begin(), folders.end()};
}

std::vector<fs::path> FilesIn(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none)) {
    if (entry.is_regular_file() && entry.path().string().ends_with(ending)) files.push_back(entry.path());
  }
  return files;
}

// Empty where all of it is good.
std::string Complaint(const std::string& bytes) {
  try {
    const auto input = proto::ReadBytes("test", bytes);
    model::EventSource& trace = *std::get<std::unique_ptr<model::EventSource>>(input);
    while (!trace.Next().empty()) continue;
    return trace.info().damage.empty() ? "" : trace.info().damage[0].what;
  } catch (const model::InputError& error) {
    return error.what();
  }
}

// The part of a txtar archive under that name.
std::string Section(const std::string& archive, const std::string& name) {
  const std::string head = "-- " + name + " --\n";
  const size_t at = archive.find(head);
  REQUIRE(at != std::string::npos);
  const size_t begin = at + head.size();
  const size_t end = archive.find("\n-- ", begin);
  return archive.substr(begin, end == std::string::npos ? end : end + 1 - begin);
}

bool NothingToRun(size_t count) {
  if (count == 0) MESSAGE("skipped: no Go toolchain is installed here");
  return count == 0;
}

TEST_CASE("traces of Go's own tests are accepted and refused as there") {
  size_t accepted = 0, refused = 0;
  const auto folders = TraceFolders();
  if (NothingToRun(folders.size())) return;
  for (const fs::path& folder : folders) {
    for (const fs::path& file : FilesIn(folder, ".test")) {
      CAPTURE(file.string());
      const std::string archive = Slurp(file);
      const bool is_good = Section(archive, "expect").starts_with("SUCCESS");
      const std::string complaint = Complaint(test_support::AssembleWire(Section(archive, "trace")));
      CAPTURE(complaint);
      CHECK(complaint.empty() == is_good);
      ++(is_good ? accepted : refused);
    }
  }
  MESSAGE(folders.size() << " toolchains, " << accepted << " traces to accept, " << refused << " to refuse");
  CHECK(accepted > 0);
  CHECK(refused > 0);
}

TEST_CASE("v1 recordings of Go's own tests are accepted from Go 1.11 on") {
  size_t accepted = 0, refused = 0;
  const auto folders = TraceFolders();
  if (NothingToRun(folders.size())) return;
  for (const fs::path& folder : folders) {
    for (const fs::path& file : FilesIn(folder, "_good")) {
      CAPTURE(file.string());
      const std::string bytes = Slurp(file);
      const bool is_read = !bytes.starts_with("go 1.5 ") && !bytes.starts_with("go 1.7 ") && !bytes.starts_with("go 1.9 ") &&
                           !bytes.starts_with("go 1.10 ");
      const std::string complaint = Complaint(bytes);
      CAPTURE(complaint);
      CHECK(complaint.empty() == is_read);
      if (!is_read) CHECK(complaint.find("before Go 1.11 are not read") != std::string::npos);
      ++(is_read ? accepted : refused);
    }
  }
  MESSAGE(accepted << " recordings accepted, " << refused << " of before Go 1.11 refused");
}

TEST_CASE("inputs that Go's fuzzers found break nothing here") {
  size_t inputs = 0;
  const auto folders = TraceFolders();
  if (NothingToRun(folders.size())) return;
  for (const fs::path& folder : folders) {
    for (const fs::path& file : FilesIn(folder, "")) {
      if (file.string().find("/fuzz/FuzzReader/") == std::string::npos) continue;
      CAPTURE(file.string());
      const std::string text = Slurp(file);
      const size_t quote = text.find('"');
      REQUIRE(quote != std::string::npos);
      test_support::ReadAnything(test_support::UnquoteGo(std::string_view(text).substr(quote)));
      ++inputs;
    }
  }
  CHECK(inputs > 0);
}

}  // namespace
