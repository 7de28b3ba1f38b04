#include "analysis/deadlock/deadlock.h"
#include "cli/commands.h"
#include "cli/trace_command.h"

namespace cli {

int RunGotraceDeadlock(Arguments arguments) {
  CommandLine line(
      "gotrace", "deadlock TRACE",
      "Says which goroutines are stuck, on what, held by whom, since when, how sure that is and why. Goroutines that wait\n"
      "idle for work that can still come are told apart. Exit status 1 if a deadlock or a leak was found.");
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto source = OpenTrace(line, path);
  const analysis::deadlock::Result result = analysis::deadlock::Analyse(*source);
  return EmitTraceReport(line, MakeReport(result, path), *source);
}

}  // namespace cli
