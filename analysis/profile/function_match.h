#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// Functions of two builds that have different names and may still be the same: closures are numbered anew by each edit,
// generic instances are spelt out, packages move. Only names that one side alone has are matched, only one to one, and each
// match says why.
namespace analysis {

struct FunctionIdentity {
  std::string name;
  std::string file;
  int64_t start_line = 0;
};

struct FunctionMatch {
  size_t before = 0;  // index into `gone`
  size_t after = 0;   // index into `added`
  std::string why;    // "closures were numbered anew"
};

// In the order of `gone`. O(n log n).
std::vector<FunctionMatch> GuessMatches(std::span<const FunctionIdentity> gone, std::span<const FunctionIdentity> added);

// A Go name without what changes from build to build: type arguments, closure numbers (func1, gowrap2, deferwrap1, -range3,
// -fm), major versions (/v2) and vendor prefixes. Other languages' names come back as they are.
std::string StableName(std::string_view name);

}  // namespace analysis
