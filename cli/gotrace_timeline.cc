#include "analysis/trace/timeline.h"

#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "render/chrome_trace.h"

namespace cli {

int RunGotraceTimeline(Arguments arguments) {
  CommandLine line(
      "gotrace", "timeline TRACE -o FILE.json",
      "Writes the trace as Chrome's trace event JSON, for ui.perfetto.dev, speedscope and chrome://tracing: what procs and\n"
      "threads ran, goroutines with their states, regions and logs, tasks, collections and stops of the world, arrows from\n"
      "who woke or created to who was woken or created, and counters of goroutines by state, the heap and other metrics.",
      Prints::kBytes);
  line.options().add_options()("resolution", po::value<std::string>()->value_name("TIME"),
                               "merge neighbours that together are shorter than TIME (10us); longer spans stay exact")(
      "limit", po::value<size_t>()->default_value(1'000'000)->value_name("N"),
      "merge as much as is needed to write about N spans at most; 0: no limit")(
      "no-threads", po::bool_switch(), "leave out the lanes of the operating system's threads")(
      "no-goroutines", po::bool_switch(), "leave out the lanes of goroutines and their regions");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  analysis::TimelineOptions options{.has_goroutines = !line.Flag("no-goroutines"), .has_threads = !line.Flag("no-threads")};
  options.limit = line.values()["limit"].as<size_t>();
  if (options.limit == 0) options.limit = SIZE_MAX;
  if (line.values().count("resolution") != 0) {
    options.resolution_ns = ParseDuration("--resolution", line.Text("resolution"));
  }
  const auto source = OpenTrace(line, path);
  analysis::TraceFilter filter(TraceFilterOf(line), *source);
  const model::Timeline timeline = LayOutTimeline(*source, filter, options);
  CheckMet(filter, path);
  WarnOfDamage(*source, path);
  OutputFile file(line.Text("output"));
  render::WriteChromeTrace(timeline, [&](std::string_view bytes) { file.Write(bytes); });
  file.Commit();
  return kClean;
}

}  // namespace cli
