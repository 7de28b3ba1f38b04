#pragma once

#include <memory>
#include <string>

#include "cli/command_line.h"
#include "model/event_source.h"

namespace cli {

// The trace as if it had been recorded from --from to --to only: for commands without a filter of their own.
std::unique_ptr<model::EventSource> OpenTracePart(const CommandLine& line, const std::string& path);

}  // namespace cli
