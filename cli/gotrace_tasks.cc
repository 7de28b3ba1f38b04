#include <fmt/format.h>

#include "analysis/trace/user_tasks.h"
#include "cli/commands.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {

int RunGotraceTasks(Arguments arguments) {
  CommandLine line("gotrace", "tasks TRACE",
                   "Shows the tasks, regions and logs of runtime/trace by type: how many, how long they took, what their "
                   "time went into,\n"
                   "the longest and the unfinished ones with what they logged.");
  line.options().add_options()("type", po::value<std::string>()->value_name("TYPE"), "only tasks and regions of this type")(
      "min", po::value<std::string>()->value_name("TIME"), "only those that took at least TIME (20ms)")(
      "max", po::value<std::string>()->value_name("TIME"), "only those that took at most TIME")(
      "log", po::value<std::string>()->value_name("TEXT"),
      "only tasks that logged something with TEXT in its category or text")("unfinished", po::bool_switch(),
                                                                            "only tasks that did not end in the trace");
  line.options().add_options()("goroutine", po::value<std::vector<int64_t>>()->value_name("N"),
                               "only those that this goroutine began; may be given again")(
      "task", po::value<std::string>()->value_name("TYPE|ID"), "only these tasks, and regions in them")(
      "region", po::value<std::string>()->value_name("TYPE"), "only these regions, and tasks that had one");
  AddTraceWindowOptions(line.options());
  AddRowsOption(line.options(), "rows to show of each table; 0 shows all");
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  analysis::TaskOptions options{.type = line.Text("type"),
                                .min_ns = std::nullopt,
                                .max_ns = std::nullopt,
                                .log = line.Text("log"),
                                .only_unfinished = line.Flag("unfinished"),
                                .from_ns = std::nullopt,
                                .to_ns = std::nullopt,
                                .goroutines = {},
                                .task = line.Text("task"),
                                .region = line.Text("region")};
  if (line.values().count("min") != 0) options.min_ns = ParseDuration("--min", line.Text("min"));
  if (line.values().count("max") != 0) options.max_ns = ParseDuration("--max", line.Text("max"));
  const analysis::TraceFilterOptions part = TraceFilterOf(line);
  options.from_ns = part.from_ns;
  options.to_ns = part.to_ns;
  options.goroutines = part.goroutines;
  const bool is_narrowed =
      !options.type.empty() || options.min_ns || options.max_ns || !options.log.empty() || !part.empty();

  const auto source = OpenTrace(line, path);
  const analysis::UserTasks tasks = FindUserTasks(*source, options);
  if (is_narrowed && tasks.matched == 0) {
    throw model::UsageError(fmt::format("{}: no task or region is as asked for; `gotrace tasks {}` lists all", path, path));
  }
  return EmitTraceReport(line, TasksReport(tasks, *source, RowsOf(line)), *source);
}

}  // namespace cli
