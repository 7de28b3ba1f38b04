#include "analysis/profile/top.h"

#include <fmt/format.h>

#include "analysis/profile/trimmed_graph.h"

namespace analysis {
namespace {

constexpr ReportDefaults kDefaults{.node_count = 0};

// " (inline)" where every call to the node was inlined, " (partial-inline)" where some were.
const char* InlineMark(const TrimmedGraph& trimmed, model::NodeId id) {
  bool any_inlined = false, any_called = false;
  for (const uint32_t at : trimmed.graph.in(id)) {
    if (trimmed.is_edge_shown[at]) (trimmed.graph.edges[at].is_inlined ? any_inlined : any_called) = true;
  }
  if (!any_inlined) return "";
  return any_called ? " (partial-inline)" : " (inline)";
}

model::Lines Text(const View& view, const TrimmedGraph& trimmed) {
  model::Lines block{GraphHeader(view, trimmed, kDefaults)};
  block.lines.push_back(fmt::format("{:>10} {:>5}% {:>5}% {:>10} {:>5}%", "flat", "flat", "sum", "cum", "cum"));
  uint64_t running = 0;
  for (const model::NodeId id : trimmed.nodes) {
    const int64_t flat = trimmed.node(id).flat.value(), cum = trimmed.node(id).cum.value();
    running += static_cast<uint64_t>(flat);
    block.lines.push_back(fmt::format("{:>10} {} {} {:>10} {}  {}{}", view.Format(flat), PaddedPercent(flat, view.total()),
                                      PaddedPercent(static_cast<int64_t>(running), view.total()), view.Format(cum),
                                      PaddedPercent(cum, view.total()), trimmed.name(id), InlineMark(trimmed, id)));
  }
  return block;
}

model::Table Rows(const TrimmedGraph& trimmed) {
  model::Table table{
      .key = "top",
      .columns = {{.key = "name", .show = false}, {.key = "flat", .show = false}, {.key = "cum", .show = false}}};
  for (const model::NodeId id : trimmed.nodes) {
    table.rows.push_back({trimmed.name(id), trimmed.node(id).flat.value(), trimmed.node(id).cum.value()});
  }
  return table;
}

}  // namespace

model::Fields ProfileFields(const View& view) {
  const model::Profile& profile = view.profile();
  model::ValueList types, totals;
  for (size_t i = 0; i < profile.value_count(); ++i) {
    const model::ValueType& type = profile.value_types[i];
    types.push_back(fmt::format("{}/{}", profile.symbols.text(type.type), profile.symbols.text(type.unit)));
    totals.push_back(model::Total(profile, i));
  }
  std::vector<bool> is_used(profile.stacks.size());
  size_t stacks = 0;
  for (const model::StackId stack : profile.sample_stack) {
    stacks += !is_used[stack.index()];
    is_used[stack.index()] = true;
  }
  const auto count = [](size_t n) { return model::Value(static_cast<int64_t>(n)); };
  return {{{.key = "sample_types", .value = types},
           {.key = "totals", .value = totals},
           {.key = "num_samples", .value = count(profile.sample_count())},
           {.key = "num_locations", .value = count(profile.file_locations)},
           {.key = "num_functions", .value = count(profile.file_functions)},
           {.key = "num_mappings", .value = count(profile.file_mappings)},
           {.key = "period", .value = profile.period},
           {.key = "duration_nanos", .value = profile.duration_nanos},
           {.key = "time_nanos", .value = profile.time_nanos},
           {.key = "sample_index", .value = view.type()},
           {.key = "unit", .value = view.unit()},
           {.key = "total", .value = view.total()},
           {.key = "stacks", .value = count(stacks)}}};
}

model::Report Top(View view) {
  const TrimmedGraph trimmed = Trim(view, kDefaults);
  return {.title = "top",
          .blocks = {Text(view, trimmed), ProfileFields(view), Rows(trimmed)},
          .warnings = view.profile().warnings};
}

}  // namespace analysis
