#include <optional>

#include "analysis/trace/contention.h"
#include "cli/commands.h"
#include "cli/trace_command.h"
#include "proto/formats.h"

namespace cli {

int RunGotraceContention(Arguments arguments) {
  CommandLine line(
      "gotrace", "contention TRACE [--mutex mutex.pb.gz] [--block block.pb.gz]",
      "Ranks locks and channels by the time they cost, with the code that waits and the code that had the lock meanwhile.\n"
      "Waits that are not over at the end of the trace count.");
  line.options().add_options()("mutex", po::value<std::string>()->value_name("FILE"),
                               "mutex profile of the same run, shown beside")(
      "block", po::value<std::string>()->value_name("FILE"), "block profile of the same run, shown beside");
  AddRowsOption(line.options(), "rows to show of each table; 0 shows all");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();

  const proto::ReadOptions options{.open = {.max_unpacked_bytes = line.max_input_bytes()}};
  std::optional<model::Profile> mutex, block;
  if (line.values().count("mutex") != 0) mutex = proto::ReadProfile(line.Text("mutex"), options);
  if (line.values().count("block") != 0) block = proto::ReadProfile(line.Text("block"), options);
  const auto source = OpenTrace(line, path);
  analysis::TraceFilter filter(TraceFilterOf(line), *source);
  const analysis::Contention contention = FindContention(*source, filter);
  CheckMet(filter, path);
  const analysis::ContentionProfiles profiles{.mutex = mutex ? &*mutex : nullptr, .block = block ? &*block : nullptr};
  return EmitTraceReport(line, ContentionReport(contention, *source, profiles, RowsOf(line)), *source);
}

}  // namespace cli
