#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "tests/fuzz/read_anything.h"
#include "tests/support/places.h"

// The smallest recording of each format, cut at every byte: a file whose writer was killed, a download that broke off.
namespace {

namespace fs = std::filesystem;

// The smallest file under fixtures/ whose name ends so and whose unpacked bytes begin so.
std::string Smallest(const std::string& ending, const std::string& beginning) {
  std::string smallest;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / "fixtures")) {
    if (!entry.is_regular_file() || !entry.path().string().ends_with(ending)) continue;
    const std::string bytes = test_support::UnpackedFile(entry.path());
    if (bytes.starts_with(beginning) && (smallest.empty() || bytes.size() < smallest.size())) smallest = bytes;
  }
  return smallest;
}

void CutEverywhere(const std::string& bytes) {
  REQUIRE(!bytes.empty());
  REQUIRE(test_support::ReadAnything(bytes));
  size_t read = 0;
  for (size_t size = 0; size < bytes.size(); ++size)
    read += test_support::ReadAnything(std::string_view(bytes).substr(0, size));
  MESSAGE(bytes.size() << " cuts, " << read << " read as far as they go");
}

}  // namespace

TEST_CASE("a trace of Go 1.26, cut at every byte, is read up to there or refused") {
  CutEverywhere(Smallest(".trace", "go 1.26 trace"));
}
TEST_CASE("a trace of Go 1.22, cut at every byte, is read up to there or refused") {
  CutEverywhere(Smallest(".trace", "go 1.22 trace"));
}
TEST_CASE("a trace of Go 1.21, cut at every byte, is read up to there or refused") {
  CutEverywhere(Smallest(".trace", "go 1.21 trace"));
}
TEST_CASE("a profile, cut at every byte, is read up to there or refused") { CutEverywhere(Smallest(".pb.gz", "")); }
TEST_CASE("a goroutine dump, cut at every byte, is read up to there or refused") {
  CutEverywhere(Smallest("goroutines.txt", "goroutine "));
}
