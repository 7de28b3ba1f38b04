#pragma once

#include <string>
#include <vector>

#include "analysis/profile/view.h"
#include "model/call_graph.h"

// The call graph a report prints: without nodes and edges too light to matter, and sorted. Cut-offs are shares of the sum of
// all flat values; what was cut is counted, and said in the report.
namespace analysis {

struct ReportDefaults {
  int64_t node_count = 80;  // where the user did not say; 0 = all
  bool trim = true;         // false: nothing is cut, whatever the options say
  model::Granularity granularity = model::Granularity::kFunctions;
  bool force_granularity = false;
  bool keep_objects = false;
  enum class Unit {
    kOne,
    kWhole,
    kEach
  } unit = Unit::kOne;  // one for the report; one that needs no fractions; each value its own
};

struct TrimmedGraph {
  model::PlaceTable places;
  model::CallGraph graph;
  std::vector<model::NodeId> nodes;  // in the order of the report
  std::vector<std::string> names;    // by NodeId; empty for places that are not in the report nor next to it
  std::vector<bool> is_edge_shown;   // by edge
  size_t nodes_before = 0;           // before the limit on their number
  size_t nodes_dropped = 0, edges_dropped = 0;

  const model::Node& node(model::NodeId id) const { return graph.nodes[id.index()]; }
  const std::string& name(model::NodeId id) const { return names[id.index()]; }
  // Heaviest first, ties by name. Of edges that are shown.
  std::vector<uint32_t> SortedIn(model::NodeId id) const;
  std::vector<uint32_t> SortedOut(model::NodeId id) const;
};

// Also settles the view's unit.
TrimmedGraph Trim(View& view, const ReportDefaults& defaults);

// The header of a report: what the profile is, the filters, how much of it is shown.
std::vector<std::string> GraphHeader(const View& view, const TrimmedGraph& trimmed, const ReportDefaults& defaults);

}  // namespace analysis
