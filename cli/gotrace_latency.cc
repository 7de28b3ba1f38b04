#include "analysis/trace/scheduler_latency.h"
#include "cli/commands.h"
#include "cli/trace_command.h"

namespace cli {

int RunGotraceLatency(Arguments arguments) {
  CommandLine line(
      "gotrace", "latency TRACE",
      "Shows how long goroutines that were ready to run had to wait for a proc: the distribution, by cause, by proc and\n"
      "over time, and the longest with what ran instead.");
  AddRowsOption(line.options(), "rows to show of each table; 0 shows all");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto source = OpenTrace(line, path);
  analysis::TraceFilter filter(TraceFilterOf(line), *source);
  const analysis::SchedulerLatency latency = MeasureLatency(*source, filter);
  CheckMet(filter, path);
  return EmitTraceReport(line, LatencyReport(latency, *source, RowsOf(line)), *source);
}

}  // namespace cli
