#include <fmt/format.h>

#include "analysis/goroutine_groups.h"
#include "analysis/goroutine_life.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace cli {
namespace {

int ShowLife(const CommandLine& line, const std::string& path, model::EventSource& source) {
  const auto goroutine = line.values()["life"].as<int64_t>();
  const analysis::GoroutineLife life = analysis::FollowGoroutine(source, goroutine);
  if (!life.is_found)
    throw model::UsageError(fmt::format("{}: --life {}: no such goroutine in this trace", path, goroutine));
  return EmitTraceReport(line, LifeReport(life, source, RowsOf(line)), source);
}

int ShowGroups(const CommandLine& line, const std::string& path, model::EventSource& source) {
  const auto by = analysis::ParseGroupBy(line.Text("by"));
  if (!by) throw model::UsageError(fmt::format("--by {}: wanted start, creator or state", line.Text("by")));
  analysis::TraceFilter filter(TraceFilterOf(line), source);
  const analysis::GoroutineGroups groups = GroupGoroutines(source, *by, filter);
  CheckMet(filter, path);
  return EmitTraceReport(line, GroupsReport(groups, source, RowsOf(line)), source);
}

}  // namespace

int RunGotraceGoroutines(Arguments arguments) {
  CommandLine line(
      "gotrace", "goroutines TRACE",
      "Groups the goroutines of a trace by the function they were started with and shows where their time went.\n"
      "With --life, everything that happened to one of them.");
  line.options().add_options()("by", po::value<std::string>()->default_value("start")->value_name("WHAT"),
                               "group by start (function), creator (line of the go statement) or state (at the end)")(
      "life", po::value<int64_t>()->value_name("N"), "show every state of goroutine N with its cause");
  AddRowsOption(line.options(), "rows to show; 0 shows all");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto source = OpenTrace(line, path);
  return line.values().count("life") != 0 ? ShowLife(line, path, *source) : ShowGroups(line, path, *source);
}

}  // namespace cli
