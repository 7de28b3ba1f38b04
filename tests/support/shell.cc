#include "tests/support/shell.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/support/places.h"

namespace test_support {

std::string OutputOf(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char block[65536];
  for (size_t n = 0; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) output.append(block, n);
  ::pclose(pipe);
  return output;
}

std::string BuildOracle() {
  const std::string program = std::string(kBinaryDir) + "/oracle";
  const std::string command =
      "cd '" + std::string(kSourceDir) + "/tests/oracle' && go build -o '" + program + "' . >/dev/null 2>&1";
  return std::system(command.c_str()) == 0 ? program : "";
}

}  // namespace test_support
