#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "render/wait_graph_dot.h"
#include "render/wait_graph_svg.h"

namespace {

using model::WaitEvidence;
using model::WaitGraph;
using model::WaitTone;

// Two goroutines that wait for each other, one behind them, names as hostile as they come.
WaitGraph Ring() {
  const std::string evil = "main.f[\"a\\b\"]</title><script>alert(1)</script>\x01\xff\u202e";
  WaitGraph graph{.title = "ring & <all>"};
  graph.nodes = {
      {.lines = {"goroutine 1", evil}, .details = "line 1\nline 2 " + evil, .tone = WaitTone::kDeadlock, .ring = 0},
      {.is_resource = true, .lines = {"Mutex", evil}, .tone = WaitTone::kDeadlock, .ring = 0},
      {.lines = {"goroutine 2"}, .tone = WaitTone::kDeadlock, .ring = 0},
      {.is_resource = true, .lines = {"Mutex"}, .tone = WaitTone::kDeadlock, .ring = 0},
      {.lines = {"3 goroutines"}, .tone = WaitTone::kLeak, .count = 3}};
  graph.edges = {{.from = 0, .to = 1, .evidence = WaitEvidence::kProven, .why = "seen"},
                 {.from = 1, .to = 2, .evidence = WaitEvidence::kInferred, .why = evil},
                 {.from = 2, .to = 3, .evidence = WaitEvidence::kProven, .why = "seen"},
                 {.from = 3, .to = 0, .evidence = WaitEvidence::kGuessed, .why = "perhaps"},
                 {.from = 4, .to = 1, .evidence = WaitEvidence::kProven, .why = "seen"}};
  graph.notes = {"a note with <markup>"};
  return graph;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Exit status of a program that reads `text` from a file; -1 where there is no such program.
int Feed(const std::string& program, const std::string& options, const std::string& text) {
  if (std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) != 0) return -1;
  const std::string path = std::filesystem::temp_directory_path() / ("wait_graph." + std::to_string(::getpid()));
  std::ofstream(path, std::ios::binary) << text;
  const int status = std::system((program + " " + options + " '" + path + "' >/dev/null 2>&1").c_str());
  std::filesystem::remove(path);
  return status;
}

}  // namespace

TEST_CASE("an arrow's line says how sure it is, and rings are told from what hangs on them") {
  const std::string svg = render::WaitGraphSvg(Ring());
  CHECK(Count(svg, "class=\"edge in-ring\"") == 4);
  CHECK(Count(svg, "class=\"edge\"") == 1);
  CHECK(Count(svg, "class=\"arrow proven\"") == 1 + 3);  // one of each in the legend
  CHECK(Count(svg, "class=\"arrow inferred\"") == 1 + 1);
  CHECK(Count(svg, "class=\"arrow guessed\"") == 1 + 1);
  CHECK(Count(svg, "class=\"goroutine deadlock\"") == 2);
  CHECK(Count(svg, "class=\"thing deadlock\"") == 2);
  CHECK(Count(svg, "class=\"goroutine leak\"") == 1);
}

TEST_CASE("names are text in both drawings, whatever is in them") {
  const std::string svg = render::WaitGraphSvg(Ring());
  CHECK(svg.find("<script") == std::string::npos);
  CHECK(svg.find('\x01') == std::string::npos);
  CHECK(svg.find("\u202e") == std::string::npos);
  CHECK(Feed("python3", "-c 'import sys,xml.dom.minidom as m; m.parse(sys.argv[1])'", svg) <= 0);
  const std::string dot = render::WaitGraphDot(Ring());
  CHECK(dot.find('\x01') == std::string::npos);
  CHECK(dot.find("\u202e") == std::string::npos);
  CHECK(dot.find("[\\\"a\\\\b\\\"]") != std::string::npos);
  CHECK(Feed("dot", "-Tplain", dot) <= 0);
}

TEST_CASE("the same graph is drawn alike, and one without anybody is a drawing too") {
  CHECK(render::WaitGraphSvg(Ring()) == render::WaitGraphSvg(Ring()));
  const WaitGraph nobody{.title = "nobody"};
  CHECK(Feed("python3", "-c 'import sys,xml.dom.minidom as m; m.parse(sys.argv[1])'", render::WaitGraphSvg(nobody)) <= 0);
  CHECK(Feed("dot", "-Tplain", render::WaitGraphDot(nobody)) <= 0);
}
