#pragma once

#include <string>
#include <vector>

// Recordings under fixtures/ and what their expect.json says.
namespace test_support {

std::string FixturePath(const std::string& name);  // "abba/go1.26.trace"
std::string ReadFixture(const std::string& name);  // fails the test where it is missing

// Names of the files of a folder of fixtures that end in `suffix`, sorted: ("abba", ".goroutines.txt").
std::vector<std::string> FixtureFiles(const std::string& folder, const std::string& suffix);
// The folders, sorted.
std::vector<std::string> FixtureFolders();

}  // namespace test_support
