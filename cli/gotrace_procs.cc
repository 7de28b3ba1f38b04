#include "analysis/trace/proc_utilisation.h"
#include "cli/commands.h"
#include "cli/trace_command.h"

namespace cli {

int RunGotraceProcs(Arguments arguments) {
  CommandLine line(
      "gotrace", "procs TRACE",
      "Shows what the procs (Ps) did: time with a goroutine running, in system calls, idle, and idle while goroutines were\n"
      "ready to run; system calls that lost their proc; in all, by proc and over time.");
  AddRowsOption(line.options(), "stretches of time to show; 0 shows all");
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto source = OpenTrace(line, path);
  analysis::TraceFilter filter(TraceWindowOf(line), *source);
  const analysis::ProcUtilisation procs = analysis::MeasureProcs(*source, filter);
  CheckMet(filter, path);
  return EmitTraceReport(line, ProcReport(procs, RowsOf(line)), *source);
}

}  // namespace cli
