#pragma once

#include "cli/command_line.h"
#include "proto/perf/perf_options.h"

// The options that say what to take from a `perf script` text, for every command that reads profiles.
namespace cli {

void AddPerfOptions(CommandLine& line);

// Throws UsageError for numbers that can't be read.
proto::PerfOptions PerfOptionsAsked(const CommandLine& line);

}  // namespace cli
