#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/read_anything.h"
#include "tests/support/places.h"

// Real recordings, damaged in the ways files get damaged and attackers damage them, by a seeded generator: the same inputs
// in every run. MUTATIONS=n makes n of each file (default below).
namespace {

namespace fs = std::filesystem;

constexpr int kMutationsPerFile = 40;
constexpr size_t kLargestFile = 400'000;  // unpacked: the point is many inputs, not big ones

bool IsRecording(const fs::path& path) {
  const std::string name = path.filename();
  return name.ends_with(".trace") || name.ends_with(".pb.gz") || name.ends_with(".folded") ||
         name.find("goroutines") != std::string::npos || name.find(".perf") != std::string::npos;
}

std::vector<fs::path> Recordings() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / "fixtures")) {
    if (entry.is_regular_file() && IsRecording(entry.path()) && entry.file_size() < kLargestFile)
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string Mutated(std::string bytes, std::mt19937& random) {
  const auto below = [&](size_t n) { return n == 0 ? 0 : random() % n; };
  const size_t edits = 1 + below(4);
  for (size_t edit = 0; edit < edits && !bytes.empty(); ++edit) {
    const size_t at = below(bytes.size());
    const size_t length = std::min(below(64) + 1, bytes.size() - at);
    switch (below(7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random());
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(at, bytes.substr(below(bytes.size() - length + 1), length));
        break;
      case 5:
        bytes.replace(at, length, std::string(length, '\xff'));
        break;  // endless varints
      default:
        bytes.replace(at, length, std::string(length, '\0'));
        break;
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("no damage to a recording crashes a decoder or breaks a law") {
  const char* wanted = std::getenv("MUTATIONS");
  const int per_file = wanted != nullptr ? std::atoi(wanted) : kMutationsPerFile;
  const std::vector<fs::path> files = Recordings();
  CHECK(files.size() > 20);
  std::mt19937 random(20261121);
  size_t read = 0, refused = 0;
  for (const fs::path& file : files) {
    const std::string bytes = test_support::UnpackedFile(file);
    CAPTURE(file.string());
    for (int i = 0; i < per_file; ++i) {
      ++(test_support::ReadAnything(Mutated(bytes, random)) ? read : refused);
    }
  }
  MESSAGE(files.size() << " recordings, " << read << " damaged ones read as far as they go, " << refused << " refused");
  CHECK(refused > 0);
}
