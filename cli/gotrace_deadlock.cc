#include "analysis/deadlock/deadlock.h"
#include "analysis/deadlock/wait_graph.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/trace_command.h"
#include "render/wait_graph_dot.h"
#include "render/wait_graph_svg.h"

namespace cli {
namespace {

void WriteDrawings(const CommandLine& line, const analysis::deadlock::Result& result, const std::string& path) {
  if (line.Text("svg").empty() && line.Text("dot").empty()) return;
  const model::WaitGraph graph = MakeWaitGraph(result, "Who waits for whom in " + path.substr(path.rfind('/') + 1));
  if (!line.Text("svg").empty()) WriteOutput(line.Text("svg"), render::WaitGraphSvg(graph));
  if (!line.Text("dot").empty()) WriteOutput(line.Text("dot"), render::WaitGraphDot(graph));
}

}  // namespace

int RunGotraceDeadlock(Arguments arguments) {
  CommandLine line(
      "gotrace", "deadlock TRACE",
      "Says which goroutines are stuck, on what, held by whom, since when, how sure that is and why. Goroutines that wait\n"
      "idle for work that can still come are told apart. Exit status 1 if a deadlock or a leak was found.");
  line.options().add_options()("svg", po::value<std::string>()->value_name("FILE"),
                               "also draw who waits for whom, as one SVG file")(
      "dot", po::value<std::string>()->value_name("FILE"), "also write that graph for Graphviz");
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const auto source = OpenTrace(line, path);
  const analysis::deadlock::Result result = analysis::deadlock::Analyse(*source);
  WriteDrawings(line, result, path);
  return EmitTraceReport(line, MakeReport(result, path), *source);
}

}  // namespace cli
