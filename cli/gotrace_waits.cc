#include "analysis/trace/resource_waits.h"
#include "cli/commands.h"
#include "cli/trace_command.h"

namespace cli {

int RunGotraceWaits(Arguments arguments) {
  CommandLine line(
      "gotrace", "waits TRACE",
      "Lists what goroutines wait for, thing by thing: locks, channels, WaitGroups, Conds, timers, the network, "
      "system calls.\n"
      "For each: who waits at the end and since when, who woke a waiter last, how long such waits take "
      "otherwise, who starves,\n"
      "and on whom it all hangs in the end.");
  AddRowsOption(line.options(), "rows to show of each table; 0 shows all");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto source = OpenTrace(line, path);
  analysis::TraceFilter inside(TraceFilterOf(line), *source), outside(TraceFilterOf(line), *source);
  const analysis::ResourceWaits waits = FindResourceWaits(*source, inside, outside);
  CheckMet(inside, path);
  return EmitTraceReport(line, ResourceWaitsReport(waits, *source, RowsOf(line)), *source);
}

}  // namespace cli
