#include "analysis/profile/trimmed_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "model/units.h"

namespace analysis {
namespace {

using model::NodeId;

uint64_t Absolute(int64_t value) { return value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value); }

struct Limits {
  int64_t node_count;
  double node_fraction, edge_fraction;
};

Limits LimitsOf(const ViewOptions& options, const ReportDefaults& defaults) {
  if (!options.trim || !defaults.trim) return {0, 0, 0};
  return {options.node_count == -1 ? defaults.node_count : options.node_count, options.node_fraction, options.edge_fraction};
}

uint64_t Share(int64_t total, double fraction) {
  const double share = static_cast<double>(total) * fraction;
  return static_cast<uint64_t>(std::min(std::abs(share), 9e18));
}

model::PlaceOptions Places(const ViewOptions& options, const ReportDefaults& defaults) {
  const bool is_forced = defaults.force_granularity || !options.granularity;
  return {.granularity = is_forced ? defaults.granularity : *options.granularity,
          .inlines = options.inlines,
          .columns = options.columns,
          .keep_objects = defaults.keep_objects};
}

class Trimmer {
 public:
  Trimmer(View& view, const ReportDefaults& defaults)
      : view_(view),
        limits_(LimitsOf(view.options(), defaults)),
        unit_(defaults.unit),
        result_{.places = model::PlaceTable(view.profile().symbols, Places(view.options(), defaults))} {}

  TrimmedGraph Run() {
    Weigh(nullptr);
    const auto [node_cutoff, edge_cutoff] = Cutoffs();
    if (node_cutoff > 0) DropLight(node_cutoff);
    result_.nodes_before = result_.nodes.size();
    SortNodes();
    if (limits_.node_count > 0 && result_.nodes.size() > static_cast<size_t>(limits_.node_count)) {
      result_.nodes.resize(static_cast<size_t>(limits_.node_count));
      WeighKept();
      SortNodes();
    }
    DropLightEdges(edge_cutoff);
    NameNeighbours();
    if (unit_ != ReportDefaults::Unit::kEach) SelectUnit();
    return std::move(result_);
  }

 private:
  void Weigh(const std::vector<bool>* kept) {
    result_.graph =
        model::Weigh(view_.profile(), result_.places, {.value = view_.value(), .divisor = view_.divisor(), .kept = kept});
    result_.nodes.clear();
    for (uint32_t row = 0; row < result_.places.size(); ++row) {
      const model::Node& node = result_.graph.nodes[row];
      const int64_t flat = node.flat.sum, cum = node.cum.sum;
      if (flat == 0 && cum == 0) continue;
      if (view_.options().drop_negative && (flat < 0 || (flat == 0 && cum < 0))) continue;
      result_.nodes.push_back(NodeId(row));
    }
  }

  void WeighKept() {
    std::vector<bool> kept(result_.places.size());
    for (const NodeId id : result_.nodes) kept[id.index()] = true;
    Weigh(&kept);
  }

  std::pair<uint64_t, uint64_t> Cutoffs() const {
    uint64_t sum = 0;
    for (const NodeId id : result_.nodes) sum += static_cast<uint64_t>(result_.node(id).flat.sum);
    const auto total = static_cast<int64_t>(sum);
    return {Share(total, limits_.node_fraction), Share(total, limits_.edge_fraction)};
  }

  void DropLight(uint64_t cutoff) {
    const size_t before = result_.nodes.size();
    std::erase_if(result_.nodes, [&](NodeId id) { return Absolute(result_.node(id).cum.sum) < cutoff; });
    result_.nodes_dropped = before - result_.nodes.size();
    if (result_.nodes_dropped > 0) WeighKept();
  }

  // By value, then name, then the other value; what is still equal differs in something that is not printed.
  void SortNodes() {
    result_.names.resize(result_.places.size());
    for (const NodeId id : result_.nodes) {
      if (result_.names[id.index()].empty()) result_.names[id.index()] = result_.places.Name(id);
    }
    const bool by_cum = view_.options().sort_by_cum;
    const auto key = [&](NodeId id) {
      const uint64_t flat = Absolute(result_.node(id).flat.sum), cum = Absolute(result_.node(id).cum.sum);
      return std::make_tuple(~(by_cum ? cum : flat), std::string_view(result_.name(id)), ~(by_cum ? flat : cum));
    };
    std::ranges::sort(result_.nodes, [&](NodeId a, NodeId b) {
      const auto key_a = key(a), key_b = key(b);
      return key_a != key_b ? key_a < key_b : Unprinted(a) < Unprinted(b);
    });
  }

  // What tells places apart that print the same: pprof compares it as text, numbers too.
  std::string Unprinted(NodeId id) const {
    const model::Place& place = result_.places.place(id);
    const model::Symbols& symbols = view_.profile().symbols;
    return fmt::format("{} {} {} {} {} {} {}", symbols.text(place.name), place.address, symbols.text(place.file),
                       place.start_line, place.line, place.column, symbols.text(place.object));
  }

  void DropLightEdges(uint64_t cutoff) {
    result_.is_edge_shown.assign(result_.graph.edges.size(), true);
    for (const NodeId id : result_.nodes) {
      for (const uint32_t at : result_.graph.in(id)) {
        if (Absolute(result_.graph.edges[at].weight.sum) >= cutoff) continue;
        result_.is_edge_shown[at] = false;
        ++result_.edges_dropped;
      }
    }
  }

  // Callers and callees are printed too.
  void NameNeighbours() {
    for (const model::Edge& edge : result_.graph.edges) {
      for (const NodeId id : {edge.caller, edge.callee}) {
        if (result_.names[id.index()].empty()) result_.names[id.index()] = result_.places.Name(id);
      }
    }
  }

  void SelectUnit() {
    std::vector<int64_t> values;
    for (const NodeId id : result_.nodes) {
      const model::Node& node = result_.node(id);
      values.push_back(node.flat.value() != 0 ? node.flat.value() : node.cum.value());
    }
    view_.SelectUnit(values, unit_ == ReportDefaults::Unit::kWhole);
  }

  View& view_;
  Limits limits_;
  ReportDefaults::Unit unit_;
  TrimmedGraph result_;
};

std::vector<uint32_t> Sorted(const TrimmedGraph& trimmed, std::span<const uint32_t> edges) {
  std::vector<uint32_t> shown;
  std::ranges::copy_if(edges, std::back_inserter(shown), [&](uint32_t at) { return trimmed.is_edge_shown[at]; });
  const auto key = [&](uint32_t at) {
    const model::Edge& edge = trimmed.graph.edges[at];
    return std::make_tuple(~Absolute(edge.weight.sum), std::string_view(trimmed.name(edge.caller)),
                           std::string_view(trimmed.name(edge.callee)), at);
  };
  std::ranges::sort(shown, [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  return shown;
}

std::string Dropped(size_t count, const char* what, const char* of, const std::string& least) {
  return fmt::format("Dropped {} {}{} ({} <= {})", count, what, count > 1 ? "s" : "", of, least);
}

}  // namespace

std::vector<uint32_t> TrimmedGraph::SortedIn(NodeId id) const { return Sorted(*this, graph.in(id)); }
std::vector<uint32_t> TrimmedGraph::SortedOut(NodeId id) const { return Sorted(*this, graph.out(id)); }

TrimmedGraph Trim(View& view, const ReportDefaults& defaults) {
  view.CleanFileNames(View::TrimPaths::kYes);
  return Trimmer(view, defaults).Run();
}

std::vector<std::string> GraphHeader(const View& view, const TrimmedGraph& trimmed, const ReportDefaults& defaults) {
  std::vector<std::string> lines = view.options().compact_labels ? std::vector<std::string>() : view.Header();
  for (std::string& line : view.ActiveFilters()) lines.push_back(std::move(line));
  uint64_t shown = 0;
  for (const NodeId id : trimmed.nodes) shown += static_cast<uint64_t>(trimmed.node(id).flat.value());
  const auto total = static_cast<double>(view.total());
  lines.push_back(fmt::format("Showing nodes accounting for {}, {} of {} total", view.Format(static_cast<int64_t>(shown)),
                              model::FormatPercent(static_cast<double>(static_cast<int64_t>(shown)), total),
                              view.Format(view.total())));
  if (view.total() == 0) return lines;
  const Limits limits = LimitsOf(view.options(), defaults);
  if (trimmed.nodes_dropped > 0) {
    const auto least = static_cast<int64_t>(Share(view.total(), limits.node_fraction));
    lines.push_back(Dropped(trimmed.nodes_dropped, "node", "cum", view.Format(least)));
  }
  if (!trimmed.nodes.empty() && trimmed.nodes.size() < trimmed.nodes_before) {
    lines.push_back(fmt::format("Showing top {} nodes out of {}", trimmed.nodes.size(), trimmed.nodes_before));
  }
  return lines;
}

}  // namespace analysis
