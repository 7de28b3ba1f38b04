#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "analysis/deadlock/deadlock.h"
#include "analysis/deadlock/wait_graph.h"
#include "cli/commands.h"
#include "cli/open_trace_part.h"
#include "cli/output_file.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/formats.h"
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

using analysis::deadlock::Inputs;
using Files = std::vector<std::string>;

void AddOptions(po::options_description& options) {
  const auto files = [] { return po::value<Files>()->default_value({}, "")->value_name("FILE"); };
  options.add_options()(
      "goroutines", files(),
      "a goroutine dump of the same process, taken at the end of the trace (debug=2, SIGQUIT or panic text)")(
      "leaks", files(), "a goroutineleak profile: what the runtime itself has proven to be stuck")(
      "knowledge", files(), "more entries for the table of known waits, in its format");
}

const Files& FilesOf(const CommandLine& line, const char* option) { return line.values()[option].as<Files>(); }

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw model::InputError(path, fmt::format("can't be opened: {}", std::strerror(errno)));
  return {std::istreambuf_iterator<char>(file), {}};
}

Inputs ReadInputs(const CommandLine& line) {
  const proto::ReadOptions options{.open = {.max_unpacked_bytes = line.max_input_bytes()}};
  Inputs inputs;
  for (const std::string& path : FilesOf(line, "knowledge")) inputs.knowledge.Add(path, TextOf(path));
  for (const std::string& path : FilesOf(line, "goroutines")) {
    for (model::GoroutineDump& dump : proto::ReadDumps(path, options)) inputs.dumps.push_back(std::move(dump));
  }
  for (const std::string& path : FilesOf(line, "leaks")) inputs.leaks.push_back(proto::ReadProfile(path, options));
  return inputs;
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
  AddOptions(line.options());
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  Inputs inputs = ReadInputs(line);
  const auto source = OpenTracePart(line, path);
  const analysis::deadlock::Result result = analysis::deadlock::Analyse(*source, std::move(inputs));
  WriteDrawings(line, result, path);
  return EmitTraceReport(line, MakeReport(result, path), *source);
}

}  // namespace cli
