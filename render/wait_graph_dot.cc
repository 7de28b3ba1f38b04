#include "render/wait_graph_dot.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/svg_writer.h"
#include "render/terminal_text.h"

namespace render {
namespace {

constexpr size_t kLabelBytes = 120;

std::string QuotedLine(std::string_view text) {
  std::string out;
  for (const char c : TerminalText(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// The inside of a quoted string, line breaks kept. A backslash begins an escape of Graphviz' own, so it is doubled; what a
// terminal could be harmed by, or what is no UTF-8, is written as \\xNN.
std::string Quoted(std::string_view text, size_t limit) {
  const std::string kept = CutMiddle(text, limit);
  std::string out;
  for (size_t begin = 0; begin <= kept.size();) {
    const size_t end = std::min(kept.find('\n', begin), kept.size());
    out += QuotedLine(std::string_view(kept).substr(begin, end - begin));
    if (end < kept.size()) out += "\\n";
    begin = end + 1;
  }
  return out;
}

const char* Colour(model::WaitTone tone) {
  switch (tone) {
    case model::WaitTone::kDeadlock:
      return "#b3261e";
    case model::WaitTone::kLeak:
      return "#8a4b00";
    case model::WaitTone::kSuspect:
      return "#6b5a00";
    default:
      return "#57606a";
  }
}

const char* Style(model::WaitEvidence evidence) {
  return evidence == model::WaitEvidence::kProven     ? "solid"
         : evidence == model::WaitEvidence::kInferred ? "dashed"
                                                      : "dotted";
}

std::string Node(size_t row, const model::WaitNode& node) {
  std::string label;
  for (const std::string& line : node.lines) label += (label.empty() ? "" : "\\n") + Quoted(line, kLabelBytes);
  return fmt::format("  n{} [label=\"{}\" tooltip=\"{}\" shape={} color=\"{}\"{}];\n", row, label,
                     Quoted(node.details, kTitleBytes), node.is_resource ? "ellipse" : "box", Colour(node.tone),
                     node.tone == model::WaitTone::kDeadlock ? " penwidth=2" : "");
}

}  // namespace

std::string WaitGraphDot(const model::WaitGraph& graph) {
  std::string out =
      fmt::format("digraph waits {{\n  label=\"{}\";\n  labelloc=t;\n  rankdir=BT;\n", Quoted(graph.title, kTitleBytes));
  out += "  node [fontname=\"Helvetica\" fontsize=11];\n  edge [fontname=\"Helvetica\" fontsize=9];\n";
  for (size_t row = 0; row < graph.nodes.size(); ++row) out += Node(row, graph.nodes[row]);
  for (const model::WaitGraphEdge& edge : graph.edges) {
    const auto& ring = graph.nodes[edge.from].ring;
    const bool is_in_ring = ring && ring == graph.nodes[edge.to].ring;
    out += fmt::format("  n{} -> n{} [style={} tooltip=\"{}: {}\"{}];\n", edge.from, edge.to, Style(edge.evidence),
                       model::Name(edge.evidence), Quoted(edge.why, kTitleBytes),
                       is_in_ring ? " color=\"#b3261e\" penwidth=2" : "");
  }
  for (const std::string& note : graph.notes) out += "  // " + TerminalText(note) + "\n";
  return out + "}\n";
}

}  // namespace render
