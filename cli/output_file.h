#pragma once

#include <string>
#include <string_view>

namespace cli {

// Writes `bytes` to `path` so that the file is there whole or not at all: beside it first, then renamed. "-" or "" is
// standard output. Throws InputError naming the file and the system's reason.
void WriteOutput(const std::string& path, std::string_view bytes);

}  // namespace cli
