#pragma once

// Where the tests find what isn't theirs. In a file of its own, so that no other depends on where the tree lies.
namespace test_support {

extern const char* const kSourceDir;  // the repository
extern const char* const kBinaryDir;  // of the build: gotrace, goprof

}  // namespace test_support
