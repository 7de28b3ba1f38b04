#include "analysis/deadlock/wait_graph.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/deadlock/chains.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"

// The drawing's graph and the chains, held against what expect.json says of the rings and of who stands behind them.
namespace {

using namespace analysis::deadlock;
using Json = nlohmann::json;

Result AnalyseFile(const std::string& name) {
  const auto source = proto::ReadTrace(test_support::FixturePath(name), {});
  return Analyse(*source);
}

Json Expected(const std::string& scenario) { return Json::parse(test_support::ReadFixture(scenario + "/expect.json")); }

using Functions = std::vector<std::string>;  // sorted

// Functions in which drawn goroutines of rings wait: a resource's second line names it.
Functions RingFunctions(const model::WaitGraph& graph) {
  Functions functions;
  for (const model::WaitNode& node : graph.nodes) {
    if (node.ring && node.is_resource) functions.push_back(node.lines[1]);
  }
  std::ranges::sort(functions);
  return functions;
}

uint64_t Goroutines(const model::WaitGraph& graph, model::WaitTone tone) {
  uint64_t count = 0;
  for (const model::WaitNode& node : graph.nodes) count += !node.is_resource && node.tone == tone ? node.count : 0;
  return count;
}

}  // namespace

TEST_CASE("each recorded ring is drawn as a circle of its goroutines and of what they wait for") {
  for (const char* scenario : {"abba", "abc_ring", "lock_across_send", "rwr"}) {
    CAPTURE(scenario);
    const model::WaitGraph graph = MakeWaitGraph(AnalyseFile(std::string(scenario) + "/go1.26.trace"), "waits");
    Functions wanted;
    const Json expected = Expected(scenario);
    for (const Json& member : expected["rings"][0]["members"]) wanted.push_back(member["site_function"].get<std::string>());
    std::ranges::sort(wanted);
    const Functions drawn = RingFunctions(graph);
    CHECK_MESSAGE(std::ranges::includes(drawn, wanted), fmt::format("{}", fmt::join(drawn, " ")));
    // Each goroutine of the ring has one arrow out and one in; so has each thing.
    std::map<uint32_t, int> out, in;
    for (const model::WaitGraphEdge& edge : graph.edges) {
      if (!graph.nodes[edge.from].ring || graph.nodes[edge.from].ring != graph.nodes[edge.to].ring) continue;
      CHECK(graph.nodes[edge.from].is_resource != graph.nodes[edge.to].is_resource);
      ++out[edge.from];
      ++in[edge.to];
    }
    for (uint32_t row = 0; row < graph.nodes.size(); ++row) {
      if (!graph.nodes[row].ring) continue;
      CHECK(out[row] >= 1);
      CHECK(in[row] >= 1);
    }
  }
}

TEST_CASE("goroutines that leak alike are one box with their number") {
  const Json expect = Expected("goroutine_leak");
  const model::WaitGraph graph = MakeWaitGraph(AnalyseFile("goroutine_leak/go1.26.trace"), "waits");
  CHECK(Goroutines(graph, model::WaitTone::kLeak) == expect["stuck"][0]["count"]);
  const auto boxes = std::ranges::count_if(
      graph.nodes, [](const model::WaitNode& node) { return !node.is_resource && node.tone == model::WaitTone::kLeak; });
  CHECK(boxes == 1);
}

TEST_CASE("a healthy program has nothing to draw, and says so") {
  const model::WaitGraph graph = MakeWaitGraph(AnalyseFile("healthy_server/go1.26.trace"), "waits");
  CHECK(Goroutines(graph, model::WaitTone::kDeadlock) == 0);
  CHECK(Goroutines(graph, model::WaitTone::kLeak) == 0);
  if (graph.nodes.empty()) CHECK(graph.notes.size() == 1);
}

TEST_CASE("who stands behind a recorded ring has a chain that ends in it") {
  const Result result = AnalyseFile("rwr/go1.26.trace");
  const Json expect = Expected("rwr");
  const std::vector<ChainRoot> chains = FindChains(result);
  REQUIRE_FALSE(chains.empty());
  const ChainRoot& ring = chains[0];
  CHECK(ring.is_ring);
  const auto starts = [&](const std::vector<Row>& rows) {
    std::set<std::string> names;
    for (const Row row : rows) names.insert(std::string(result.facts->stacks.name(result.facts->at(row).start)));
    return names;
  };
  std::set<std::string> everybody = starts(ring.root), root = everybody;
  everybody.merge(starts(ring.behind));
  for (const Json& member : expect["rings"][0]["members"]) CHECK(root.contains(member["start"].get<std::string>()));
  for (const Json& entry : expect["stuck"]) CHECK(everybody.contains(entry["start"].get<std::string>()));
  if (!ring.behind.empty()) CHECK(std::ranges::find(ring.root, ring.longest.back()) != ring.root.end());
}
