#include <fmt/format.h>

#include "analysis/trace/critical_path.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/gzip.h"
#include "proto/pprof/writer.h"

namespace cli {
namespace {

std::string Asked(const analysis::PathTarget& target) {
  if (target.goroutine) return fmt::format("--goroutine {}: no such goroutine in this trace", *target.goroutine);
  const bool is_task = !target.task.empty();
  return fmt::format("--{} {}: nothing of the kind in this trace", is_task ? "task" : "region",
                     is_task ? target.task : target.region);
}

}  // namespace

int RunGotraceCriticalPath(Arguments arguments) {
  CommandLine line(
      "gotrace", "critical-path TRACE --task TYPE|ID | --region TYPE | --goroutine N",
      "Shows what decided how long tasks or regions took: the chain of running and waiting, over all goroutines that took\n"
      "part, from the end back to the beginning; and by how much each place on it could have made it shorter.");
  line.options().add_options()("task", po::value<std::string>()->value_name("TYPE|ID"), "all tasks of a type, or one task")(
      "region", po::value<std::string>()->value_name("TYPE"), "all regions of a type")(
      "goroutine", po::value<int64_t>()->value_name("N"), "the life of one goroutine")("worst", po::bool_switch(),
                                                                                       "only the one that took longest")(
      "pprof", po::value<std::string>()->value_name("FILE"),
      "also write all paths as one profile to FILE, for `goprof flame`");
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto asked = line.values().count("task") + line.values().count("region") + line.values().count("goroutine");
  if (asked != 1) throw model::UsageError("wanted one of --task, --region and --goroutine");
  analysis::PathTarget target{.task = line.Text("task"), .region = line.Text("region"), .goroutine = std::nullopt};
  const analysis::TraceFilterOptions window = TraceWindowOf(line);
  target.from_ns = window.from_ns;
  target.to_ns = window.to_ns;
  target.only_worst = line.Flag("worst");
  if (line.values().count("goroutine") != 0) target.goroutine = line.values()["goroutine"].as<int64_t>();

  const auto source = OpenTrace(line, path);
  const analysis::CriticalPaths paths = FindCriticalPaths(*source, target);
  if (paths.count == 0 && paths.unfinished == 0) {
    const std::string known = target.goroutine ? "" : fmt::format("; types in it: {}", paths.known);
    throw model::UsageError(fmt::format("{}: {}{}", path, Asked(target), known));
  }
  if (line.values().count("pprof") != 0) {
    WriteOutput(line.Text("pprof"), proto::Gzip(proto::pprof::Write(ToProfile(paths, *source))));
  }
  return EmitTraceReport(line, CriticalPathReport(paths, *source), *source);
}

}  // namespace cli
