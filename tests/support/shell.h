#pragma once

#include <string>

// Peers and programs as tests ask them.
namespace test_support {

// What the shell command writes to standard output.
std::string OutputOf(const std::string& command);

// The official reader as a program, tests/oracle, built with the Go toolchain that is here; empty where there is none, or no
// way to its module.
std::string BuildOracle();

}  // namespace test_support
