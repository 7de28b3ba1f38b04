#include "analysis/trace/trace_summary.h"
#include "cli/commands.h"
#include "cli/open_trace_part.h"
#include "cli/trace_command.h"

namespace cli {

int RunGotraceSummary(Arguments arguments) {
  CommandLine line(
      "gotrace", "summary TRACE",
      "Says what is in a trace: its version and length, goroutines by start function, time by state and by reason of\n"
      "waiting, waits that were not over at the end, tasks, regions, logs, garbage collection, and what is damaged.");
  AddRowsOption(line.options(), "rows to show of each table; 0 shows all");
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const auto source = OpenTracePart(line, line.Inputs(1, 1).front());
  const analysis::TraceSummary summary = analysis::Summarise(*source);
  return EmitTraceReport(line, analysis::SummaryReport(summary, RowsOf(line)), *source);
}

}  // namespace cli
