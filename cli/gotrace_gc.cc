#include <fmt/format.h>

#include "analysis/trace/gc_cycles.h"
#include "cli/commands.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {

int RunGotraceGc(Arguments arguments) {
  CommandLine line(
      "gotrace", "gc TRACE",
      "Shows what the garbage collector did and what it cost: collections, stops of the world, assists, sweeping, and the\n"
      "share of the procs it left to the program (minimum mutator utilisation).");
  line.options().add_options()("sweep", po::bool_switch(), "utilisation: sweeping counts as the collector's")(
      "no-stw", po::bool_switch(), "utilisation: stopping the world does not count")(
      "no-background", po::bool_switch(), "utilisation: background mark workers do not count")(
      "no-assist", po::bool_switch(), "utilisation: mark assists do not count")(
      "as-go-tool-trace", po::bool_switch(),
      "utilisation: with a mistake of `go tool trace`, which never takes a second run of a mark worker back")(
      "per-proc", po::bool_switch(), "utilisation: of the worst proc instead of all together");
  AddTraceWindowOptions(line.options());
  AddRowsOption(line.options(), "collections to show; 0 shows all");
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto source = OpenTrace(line, path);
  const analysis::TraceFilterOptions window = TraceWindowOf(line);
  const analysis::UtilisationOptions counted{.stop_the_world = !line.Flag("no-stw"),
                                             .background = !line.Flag("no-background"),
                                             .assist = !line.Flag("no-assist"),
                                             .sweep = line.Flag("sweep"),
                                             .as_go_tool = line.Flag("as-go-tool-trace"),
                                             .per_proc = line.Flag("per-proc")};
  const analysis::GcCycles gc = analysis::FindGcCycles(*source, counted, window);
  if (gc.trace_ns == 0 && window.from_ns)
    throw model::UsageError(fmt::format("{}: --from {}: the trace is not that long", path, line.Text("from")));
  return EmitTraceReport(line, GcReport(gc, RowsOf(line)), *source);
}

}  // namespace cli
