#include <fmt/format.h>

#include "analysis/deadlock/deadlock.h"
#include "analysis/deadlock/wait_graph.h"
#include "analysis/frame_profile.h"
#include "analysis/trace/block_profile.h"
#include "analysis/trace/contention.h"
#include "analysis/trace/gc_cycles.h"
#include "analysis/trace/goroutine_groups.h"
#include "analysis/trace/scheduler_latency.h"
#include "analysis/trace/timeline.h"
#include "analysis/trace/trace_notes.h"
#include "analysis/trace/trace_profile.h"
#include "analysis/trace/trace_summary.h"
#include "analysis/trace/user_tasks.h"
#include "cli/commands.h"
#include "cli/history_trend.h"
#include "cli/open_trace_part.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "model/units.h"
#include "proto/gzip.h"
#include "render/html_data.h"
#include "render/html_page.h"
#include "render/html_report.h"
#include "render/timeline_data.h"
#include "render/wait_graph_svg.h"

namespace cli {
namespace {

constexpr const char* kExplanation =
    "Writes one HTML file that needs nothing else: who is stuck, what is contended, goroutine groups, latency, tasks, and "
    "flame graphs of\n"
    "where goroutines were in what state. The trace is read once for each of these, so it must be a file.\n\n"
    "  gotrace report trace.out -o report.html";
constexpr size_t kRowsShown = 15;        // of a table, to begin with
constexpr size_t kSpansShown = 200'000;  // about a megabyte in the page; more are merged, the longest stay exact

// Each question is a pass of its own over the trace.
class PageMaker {
 public:
  PageMaker(const CommandLine& line, std::string path) : line_(line), path_(std::move(path)) {}

  template <class Ask>
  void Add(const char* id, const char* name, Ask ask) {
    const auto source = OpenTracePart(line_, path_);
    analysis::TraceFilter filter({}, *source);
    model::Report report = ask(*source, filter);
    analysis::AddTraceNotes(report, *source);
    page_.sections.push_back({id, name, render::HtmlReport(report)});
    if (page_.subtitle.empty() || (report.found && !has_found_)) page_.subtitle = report.answer;
    has_found_ |= report.found;
  }
  void AddStuck();
  void AddStacks();
  void AddTimeline();
  render::PageContent Take() { return std::move(page_); }

 private:
  const CommandLine& line_;
  std::string path_;
  render::PageContent page_;
  bool has_found_ = false;
};

void PageMaker::AddStuck() {
  model::WaitGraph graph;
  Add("stuck", "Stuck", [&](model::EventSource& source, analysis::TraceFilter&) {
    const analysis::deadlock::Result result = analysis::deadlock::Analyse(source);
    graph = MakeWaitGraph(result, "Who waits for whom");
    return MakeReport(result, path_);
  });
  if (!graph.nodes.empty()) page_.sections.back().html += "<div class=\"scroll\">" + render::WaitGraphSvg(graph) + "</div>";
}

void PageMaker::AddStacks() {
  const auto source = OpenTracePart(line_, path_);
  analysis::TraceFilter filter({}, *source);
  analysis::FrameProfileBuilder builder({.application = line_.Text("application")}, 0);
  builder.Add(analysis::ProfileTrace(*source, filter));
  page_.stacks = render::Base64(proto::Gzip(render::PageBytes(builder.Take(), render::Palette("go"))));
}

void PageMaker::AddTimeline() {
  const auto source = OpenTracePart(line_, path_);
  analysis::TraceFilter filter({}, *source);
  const model::Timeline timeline = LayOutTimeline(*source, filter, {.limit = kSpansShown});
  page_.timeline = render::Base64(proto::Gzip(render::TimelineBytes(timeline)));
}

// "go 1.26 trace, 201.63ms, 1,155 events, 20 goroutines, begun 2026-11-21 11:43:24 UTC"
std::string Recorded(const analysis::TraceSummary& summary) {
  std::string text = fmt::format("{}, {}, {} events, {} goroutines", summary.version,
                                 model::FormatValue(summary.duration_ns, "nanoseconds"),
                                 model::FormatCount(summary.event_count), model::FormatCount(summary.goroutines));
  if (summary.begin_wall_ns != 0) text += fmt::format(", begun {} UTC", When(summary.begin_wall_ns));
  return text;
}

}  // namespace

int RunGotraceReport(Arguments arguments) {
  CommandLine line("gotrace", "report TRACE", kExplanation, Prints::kBytes);
  line.options().add_options()("title", po::value<std::string>()->value_name("TEXT"), "instead of the file's name")(
      "application", po::value<std::string>()->value_name("PATH"), "import path of your module, for colours");
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  if (path == "-")
    throw model::UsageError("report reads its trace several times: standard input will not do, give it a file");
  PageMaker maker(line, path);
  using analysis::TraceFilter;
  using model::EventSource;
  maker.AddStuck();
  std::string recorded;
  maker.Add("summary", "Summary", [&](EventSource& source, TraceFilter&) {
    const analysis::TraceSummary summary = analysis::Summarise(source);
    recorded = Recorded(summary);
    return SummaryReport(summary, kRowsShown);
  });
  maker.Add("contention", "Contention", [&](EventSource& source, TraceFilter& filter) {
    return ContentionReport(FindContention(source, filter), source, {}, kRowsShown);
  });
  maker.Add("goroutines", "Goroutines", [&](EventSource& source, TraceFilter& filter) {
    return GroupsReport(GroupGoroutines(source, analysis::GroupBy::kStart, filter), source, kRowsShown);
  });
  maker.Add("latency", "Latency", [&](EventSource& source, TraceFilter& filter) {
    return LatencyReport(MeasureLatency(source, filter), source, kRowsShown);
  });
  maker.Add("gc", "Collector",
            [&](EventSource& source, TraceFilter&) { return GcReport(analysis::FindGcCycles(source, {}), kRowsShown); });
  maker.Add("tasks", "Tasks", [&](EventSource& source, TraceFilter&) {
    return analysis::TasksReport(analysis::FindUserTasks(source, {}), source, kRowsShown);
  });
  maker.AddTimeline();
  maker.AddStacks();
  render::PageContent page = maker.Take();
  page.title = line.values().count("title") != 0 ? line.Text("title") : path.substr(path.rfind('/') + 1);
  const std::string name = path.substr(path.rfind('/') + 1);
  page.made.push_back(fmt::format("{}: {}", name, recorded));
  page.made.push_back(fmt::format("Made by gotrace report of {}", name));
  line.Write(render::HtmlPage(page));
  return kClean;
}

}  // namespace cli
