#include <fmt/format.h>

#include "analysis/trace/block_profile.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/gzip.h"
#include "proto/pprof/writer.h"

namespace cli {

int RunGotraceBlocking(Arguments arguments) {
  CommandLine line(
      "gotrace", "blocking --kind net|sync|syscall|sched TRACE",
      "Shows where goroutines spent their time without running, who waited and who ended it. Waits that are not over\n"
      "at the end of the trace count and are marked.");
  line.options().add_options()(
      "kind,k", po::value<std::string>()->default_value("sync")->value_name("KIND"),
      "net: the network; sync: locks and channels; syscall: system calls; sched: ready, but without a proc")(
      "closed-only", po::bool_switch(),
      "count as `go tool trace -pprof=KIND` does: only waits that began and ended in the trace")(
      "pprof", po::value<std::string>()->value_name("FILE"),
      "also write the profile to FILE, for `go tool pprof` and goprof");
  AddRowsOption(line.options(), "rows to show; 0 shows all");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto kind = analysis::ParseBlockKind(line.Text("kind"));
  if (!kind) throw model::UsageError(fmt::format("--kind {}: wanted net, sync, syscall or sched", line.Text("kind")));

  const auto source = OpenTrace(line, path);
  analysis::TraceFilter filter(TraceFilterOf(line), *source);
  const auto count = line.Flag("closed-only") ? analysis::Count::kClosedOnly : analysis::Count::kAll;
  const analysis::BlockProfile profile = ProfileBlocking(*source, *kind, count, filter);
  CheckMet(filter, path);
  if (line.values().count("pprof") != 0) {
    WriteOutput(line.Text("pprof"), proto::Gzip(proto::pprof::Write(ToProfile(profile, *source))));
  }
  return EmitTraceReport(line, BlockReport(profile, *source, RowsOf(line)), *source);
}

}  // namespace cli
