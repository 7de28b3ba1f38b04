#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/trace/trace_diff.h"
#include "cli/commands.h"
#include "cli/sides.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {
namespace {

using Traces = std::vector<analysis::TraceMeasures>;

enum class Align { kStart, kWall, kLog };

struct Windows {
  Align align = Align::kStart;
  std::string log;
  std::optional<int64_t> from, to;  // since where the traces are aligned
};

analysis::TraceExtent ExtentOf(const CommandLine& line, const std::string& path, const Windows& windows) {
  if (path == "-") throw model::UsageError("a trace from standard input can't be compared: it is read twice");
  const analysis::TraceExtent extent = analysis::FindExtent(*OpenTrace(line, path), windows.log);
  if (windows.align == Align::kLog && !extent.marker) {
    throw model::UsageError(fmt::format("{}: --from-log {}: no log has this in its category or text", path, windows.log));
  }
  if (windows.align == Align::kWall && !extent.begin_unix_ns) {
    throw model::UsageError(
        fmt::format("{}: --align wall: the trace does not say what time it was (Go 1.25 and later do)", path));
  }
  return extent;
}

// The wall clock: the time during which all of them were recorded.
analysis::TraceWindow Common(const std::vector<analysis::TraceExtent>& extents) {
  analysis::TraceWindow common{.begin = INT64_MIN, .end = INT64_MAX};
  for (const analysis::TraceExtent& extent : extents) {
    common.begin = std::max(common.begin, *extent.begin_unix_ns);
    common.end = std::min(common.end, *extent.begin_unix_ns + extent.length);
  }
  if (common.begin >= common.end) throw model::UsageError("--align wall: the traces were not recorded at the same time");
  return common;
}

analysis::TraceWindow WindowOf(const analysis::TraceExtent& extent, const Windows& windows,
                               const std::optional<analysis::TraceWindow>& common) {
  const int64_t zero = windows.align == Align::kLog ? *extent.marker : common ? common->begin - *extent.begin_unix_ns : 0;
  const int64_t last = common ? common->end - *extent.begin_unix_ns : extent.length;
  return {.begin = std::clamp<int64_t>(zero + windows.from.value_or(0), 0, extent.length),
          .end = std::clamp<int64_t>(windows.to ? std::min(last, zero + *windows.to) : last, 0, extent.length)};
}

Windows WindowsOf(const CommandLine& line) {
  Windows windows{.log = line.Text("from-log"), .from = std::nullopt, .to = std::nullopt};
  const std::string align = line.Text("align");
  if (align != "start" && align != "wall") throw model::UsageError(fmt::format("--align {}: wanted start or wall", align));
  if (align == "wall" && !windows.log.empty())
    throw model::UsageError("--align wall and --from-log both say where to begin");
  windows.align = !windows.log.empty() ? Align::kLog : align == "wall" ? Align::kWall : Align::kStart;
  const analysis::TraceFilterOptions asked = TraceWindowOf(line);
  windows.from = asked.from_ns;
  windows.to = asked.to_ns;
  return windows;
}

}  // namespace

int RunGotraceDiff(Arguments arguments) {
  CommandLine line(
      "gotrace", "diff BEFORE AFTER",
      "Says what differs between two traces of a program, or two groups of them, and what of it is more than noise:\n"
      "goroutines, waits and where, scheduler latency, system calls, tasks, regions, collections. Exits with 1 where\n"
      "something changed.\n\n"
      "  gotrace diff old.trace new.trace\n"
      "  gotrace diff --before a*.trace --after b*.trace   from four a side on, recordings are held against recordings");
  AddSideOptions(line.options(), "traces");
  line.options().add_options()("align", po::value<std::string>()->default_value("start")->value_name("HOW"),
                               "start: from the begin of each; wall: the time during which all were recorded")(
      "from-log", po::value<std::string>()->value_name("TEXT"), "from the first log with TEXT in its category or text")(
      "alpha", po::value<double>()->default_value(0.01, "0.01")->value_name("P"), "share of false calls to live with")(
      "min-change", po::value<double>()->value_name("F"),
      "smaller changes are none (0.2; with fewer than four recordings a side 0.5)");
  AddTraceWindowOptions(line.options());
  AddRowsOption(line.options(), "changes to show; 0 shows all (JSON has every row)");
  if (!line.Parse(WithRepeatedSides(arguments))) return kClean;
  const Sides sides = SidesOf(line);
  const Windows windows = WindowsOf(line);
  analysis::TraceDiffSettings settings{.alpha = line.values()["alpha"].as<double>(), .min_change = std::nullopt};
  if (line.values().count("min-change") != 0) settings.min_change = line.values()["min-change"].as<double>();

  std::vector<std::string> paths = sides.before;
  paths.insert(paths.end(), sides.after.begin(), sides.after.end());
  std::vector<analysis::TraceExtent> extents;
  for (const std::string& path : paths) extents.push_back(ExtentOf(line, path, windows));
  std::optional<analysis::TraceWindow> common;
  if (windows.align == Align::kWall) common = Common(extents);

  Traces before, after;
  for (size_t at = 0; at < paths.size(); ++at) {
    const analysis::TraceWindow window = WindowOf(extents[at], windows, common);
    if (window.begin >= window.end) {
      throw model::UsageError(fmt::format("{}: nothing of it lies in the time that was asked for", paths[at]));
    }
    const auto source = OpenTrace(line, paths[at]);
    (at < sides.before.size() ? before : after).push_back(MeasureTrace(*source, window));
    WarnOfDamage(*source, paths[at]);
  }
  return line.Emit(TraceDiffReport(CompareTraces(before, after, settings), RowsOf(line)));
}

}  // namespace cli
