#include "analysis/profile/tree.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "analysis/profile/name_matcher.h"
#include "analysis/profile/top.h"
#include "analysis/profile/trimmed_graph.h"
#include "model/input_error.h"

namespace analysis {
namespace {

constexpr const char* kSeparator = "----------------------------------------------------------+-------------";
constexpr const char* kLegend = "      flat  flat%   sum%        cum   cum%   calls calls% + context 	 	 ";

class Writer {
 public:
  Writer(const View& view, const TrimmedGraph& trimmed, const ReportDefaults& defaults) : view_(view), trimmed_(trimmed) {
    lines_ = GraphHeader(view, trimmed, defaults);
    lines_.push_back(kSeparator);
    lines_.push_back(kLegend);
  }

  void Add(model::NodeId id) {
    const int64_t flat = trimmed_.node(id).flat.value(), cum = trimmed_.node(id).cum.value();
    model::ValueList callers, callees;
    lines_.push_back(kSeparator);
    for (const uint32_t at : trimmed_.SortedIn(id)) AddEdge(at, trimmed_.graph.edges[at].caller, cum, callers);
    running_ += static_cast<uint64_t>(flat);
    lines_.push_back(fmt::format("{:>10} {} {} {:>10} {}                | {}", view_.Format(flat),
                                 PaddedPercent(flat, view_.total()),
                                 PaddedPercent(static_cast<int64_t>(running_), view_.total()), view_.Format(cum),
                                 PaddedPercent(cum, view_.total()), trimmed_.name(id)));
    for (const uint32_t at : trimmed_.SortedOut(id)) AddEdge(at, trimmed_.graph.edges[at].callee, cum, callees);
    nodes_.push_back(model::ValueObject{
        {"name", trimmed_.name(id)}, {"flat", flat}, {"cum", cum}, {"callers", callers}, {"callees", callees}});
  }

  model::Report Take(const char* title) {
    if (!trimmed_.nodes.empty()) lines_.push_back(kSeparator);
    return {.title = title,
            .blocks = {model::Lines{std::move(lines_)}, ProfileFields(view_), model::Data{"nodes", std::move(nodes_)}},
            .warnings = view_.profile().warnings};
  }
  bool is_empty() const { return nodes_.empty(); }

 private:
  void AddEdge(uint32_t at, model::NodeId other, int64_t cum, model::ValueList& list) {
    const model::Edge& edge = trimmed_.graph.edges[at];
    lines_.push_back(fmt::format("{:>50} {} |   {}{}", view_.Format(edge.weight.sum), PaddedPercent(edge.weight.sum, cum),
                                 trimmed_.name(other), edge.is_inlined ? " (inline)" : ""));
    list.push_back(
        model::ValueObject{{"name", trimmed_.name(other)}, {"value", edge.weight.sum}, {"inlined", edge.is_inlined}});
  }

  const View& view_;
  const TrimmedGraph& trimmed_;
  std::vector<std::string> lines_;
  model::ValueList nodes_;
  uint64_t running_ = 0;
};

}  // namespace

model::Report Tree(View view) {
  constexpr ReportDefaults kDefaults;
  const TrimmedGraph trimmed = Trim(view, kDefaults);
  Writer writer(view, trimmed, kDefaults);
  for (const model::NodeId id : trimmed.nodes) writer.Add(id);
  return writer.Take("tree");
}

model::Report Peek(View view, const std::string& expression) {
  constexpr ReportDefaults kDefaults{.trim = false};
  const auto compiled = CompileExpression("peek", expression);
  const TrimmedGraph trimmed = Trim(view, kDefaults);
  Writer writer(view, trimmed, kDefaults);
  for (const model::NodeId id : trimmed.nodes) {
    if (RE2::PartialMatch(trimmed.name(id), *compiled)) writer.Add(id);
  }
  if (writer.is_empty()) throw model::UsageError(fmt::format("no function matches {}", expression));
  return writer.Take("peek");
}

}  // namespace analysis
