#include <fmt/format.h>

#include <algorithm>

#include "analysis/frame_merge.h"
#include "analysis/profile/filter.h"
#include "analysis/profile/view.h"
#include "analysis/trace/trace_profile.h"
#include "cli/commands.h"
#include "cli/flame_options.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "model/units.h"

namespace cli {
namespace {

constexpr const char* kExplanation =
    "Draws a flame graph of a trace as one SVG file: where goroutines were, and in what state.\n\n"
    "  gotrace flame -o out.svg trace.out                        all time of all goroutines\n"
    "  gotrace flame --kind off-cpu --exclude 'GC ' -o out.svg t  what they waited for, waits still open counted\n"
    "  gotrace flame --kind samples -o out.svg trace.out         the CPU samples in the trace\n"
    "  gotrace flame --flamechart --goroutine 7 -o out.svg t     one goroutine's life, from left to right\n"
    "  gotrace flame --task checkout --icicle -o out.svg t       one kind of task";

std::string TypeOf(const std::string& kind) {
  std::string type = kind;
  std::ranges::replace(type, '-', '_');
  if (type != "wall" && type != "off_cpu" && type != "on_cpu" && type != "samples") {
    throw model::UsageError(fmt::format("--kind {}: wanted wall, off-cpu, on-cpu or samples", kind));
  }
  return type;
}

}  // namespace

int RunGotraceFlame(Arguments arguments) {
  CommandLine line("gotrace", "flame TRACE", kExplanation, Prints::kBytes);
  FlameOptions flames(line);
  line.options().add_options()("kind", po::value<std::string>()->default_value("wall")->value_name("KIND"),
                               "wall (all time), off-cpu, on-cpu, or samples (CPU samples in the trace)");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  flames.Check();
  const std::string path = line.Inputs(1, 1).front();
  const std::string type = TypeOf(line.Text("kind"));
  const auto source = OpenTrace(line, path);
  analysis::TraceFilter filter(TraceFilterOf(line), *source);
  model::Profile profile =
      flames.is_chart() ? analysis::ChartTrace(*source, filter) : analysis::ProfileTrace(*source, filter);
  CheckMet(filter, path);
  WarnOfDamage(*source, path);
  analysis::Filter(profile, {.ignore = flames.exclude()});
  const analysis::MergeFrom from = flames.is_reversed() ? analysis::MergeFrom::kLeaf : analysis::MergeFrom::kRoot;
  const analysis::FrameMergeOptions options{.from = from, .bases = flames.roots(), .application = flames.application()};
  const size_t value_type = analysis::FindValueType(profile, type);
  model::FrameTree tree = flames.is_chart() ? analysis::SequenceFrames(profile, value_type, options)
                                            : analysis::MergeFrames(profile, value_type, options);
  const int64_t total = model::TotalsOf(tree, tree.sides[0].self)[0];
  if (total == 0)
    throw model::InputError(path, fmt::format("has no {} to draw", type == "samples" ? "CPU samples" : type + " time"));
  const std::string subtitle = fmt::format(
      "{}: {} in {}", line.Text("kind"),
      type == "samples" ? model::FormatCount(static_cast<uint64_t>(total)) : model::FormatValue(total, tree.unit),
      model::FormatValue(profile.duration_nanos, "nanoseconds"));
  line.Write(flames.Draw(std::move(tree), path == "-" ? "standard input" : path.substr(path.rfind('/') + 1), subtitle));
  return kClean;
}

}  // namespace cli
