#include "tests/support/fixture.h"
#include "tests/support/places.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace test_support {
namespace {

const std::filesystem::path kFixtures = std::filesystem::path(test_support::kSourceDir) / "fixtures";

}  // namespace

std::string FixturePath(const std::string& name) { return (kFixtures / name).string(); }

std::string ReadFixture(const std::string& name) {
  std::ifstream file(kFixtures / name, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), "no fixture " << name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> FixtureFiles(const std::string& folder, const std::string& suffix) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures / folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(suffix)) names.push_back(folder + "/" + name);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> FixtureFolders() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace test_support
