#pragma once

#include <string>
#include <vector>

#include "cli/command_line.h"

// Two sides of a comparison: BEFORE AFTER, or --before FILE .. --after FILE .. where there are several recordings of each.
namespace cli {

struct Sides {
  std::vector<std::string> before, after;
};

void AddSideOptions(po::options_description& options, const char* what);  // "profiles"

// "--before a b --after c d" as "--before=a --before=b --after=c --after=d", so that a shell's globs can follow each. To be
// parsed instead of the arguments.
std::vector<std::string> WithRepeatedSides(Arguments arguments);

// UsageError where one side is missing or both ways are used.
Sides SidesOf(const CommandLine& line);

}  // namespace cli
