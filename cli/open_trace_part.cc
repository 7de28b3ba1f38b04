#include "cli/open_trace_part.h"

#include <utility>

#include "analysis/trace/trace_part.h"
#include "cli/trace_command.h"

namespace cli {

std::unique_ptr<model::EventSource> OpenTracePart(const CommandLine& line, const std::string& path) {
  const analysis::TraceFilterOptions window = TraceWindowOf(line);
  auto source = OpenTrace(line, path);
  if (window.empty()) return source;
  return std::make_unique<analysis::TracePart>(path, std::move(source), window);
}

}  // namespace cli
