#include <fmt/format.h>

#include "analysis/trace/goroutine_groups.h"
#include "analysis/trace/goroutine_life.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/snapshot_input.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace cli {
namespace {

// --life N, and --goroutine N where nothing else is asked: a group of one says little.
std::optional<int64_t> LifeAsked(const CommandLine& line) {
  if (line.values().count("life") != 0) return line.values()["life"].as<int64_t>();
  const analysis::TraceFilterOptions filter = TraceFilterOf(line);
  const bool is_alone = filter.goroutines.size() == 1 && !filter.from_ns && !filter.to_ns && filter.start_function.empty() &&
                        filter.task.empty() && filter.region.empty() && line.Text("by").empty();
  return is_alone ? std::optional(filter.goroutines[0]) : std::nullopt;
}

int ShowLife(const CommandLine& line, const std::string& path, int64_t goroutine, model::EventSource& source) {
  const analysis::GoroutineLife life = analysis::FollowGoroutine(source, goroutine);
  if (!life.is_found)
    throw model::UsageError(fmt::format("{}: --{} {}: no such goroutine in this trace", path,
                                        line.values().count("life") != 0 ? "life" : "goroutine", goroutine));
  return EmitTraceReport(line, LifeReport(life, source, RowsOf(line)), source);
}

int ShowGroups(const CommandLine& line, const std::string& path, const std::string& wanted, model::EventSource& source) {
  const auto by = analysis::ParseGroupBy(wanted);
  if (!by) throw model::UsageError(fmt::format("--by {}: wanted start, creator, state or label", wanted));
  analysis::TraceFilter filter(TraceFilterOf(line), source);
  const analysis::GoroutineGroups groups = GroupGoroutines(source, *by, filter);
  CheckMet(filter, path);
  return EmitTraceReport(line, GroupsReport(groups, source, RowsOf(line)), source);
}

}  // namespace

int RunGotraceGoroutines(Arguments arguments) {
  CommandLine line("gotrace", "goroutines TRACE|DUMP",
                   "Groups goroutines. Of a trace: by the function they were started with, and where their time went; with "
                   "--life, everything\n"
                   "that happened to one of them. Of a dump (debug=2, SIGQUIT, panic, inside a log) or a goroutine profile: "
                   "like ones together,\n"
                   "the longest waits first; exit status 1 says that the runtime has marked some as leaked.");
  line.options().add_options()("by", po::value<std::string>()->default_value("")->value_name("WHAT"),
                               "trace: by start (function, the default), creator (line of the go statement), state (at the "
                               "end) or label (of the collector's workers); dump: by stack "
                               "(the default), function, state, creator, start or label:KEY")(
      "life", po::value<int64_t>()->value_name("N"),
      "trace: show every state of goroutine N with its cause; --goroutine N alone does the same");
  AddRowsOption(line.options(), "rows to show; 0 shows all");
  AddTraceFilterOptions(line.options());
  AddSnapshotOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const std::string by = line.Text("by");
  proto::Input input = proto::Read(path, {.open = {.max_unpacked_bytes = line.max_input_bytes()}});
  if (auto* trace = std::get_if<std::unique_ptr<model::EventSource>>(&input)) {
    const auto source = WithProgress(std::move(*trace), path);
    if (const auto goroutine = LifeAsked(line)) return ShowLife(line, path, *goroutine, *source);
    return ShowGroups(line, path, by.empty() ? "start" : by, *source);
  }
  return ShowSnapshot(line, path, Snapshots(std::move(input), path), by.empty() ? "stack" : by);
}

}  // namespace cli
