#include "render/wait_graph_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "render/assets.h"
#include "render/flame_label.h"
#include "render/graph_layout.h"
#include "render/svg_writer.h"
#include "render/terminal_text.h"

namespace render {
namespace {

constexpr double kMargin = 24;
constexpr double kSheetWidth = 1180;  // of the parts; a wider one makes the sheet wider
constexpr double kLeastWidth = 400;   // room for the title; the legend takes several lines there
constexpr double kTitleBaseline = 32;
constexpr double kLegendBaseline = 60;
constexpr double kLegendStep = 20;
constexpr double kGapAboveGraph = 32;
constexpr double kLineHeight = 16;
constexpr double kInset = 10;
constexpr double kCharacter = 6.7;  // width, a little more than system fonts have at 12 px
constexpr size_t kRoom = 46;        // characters of a line
constexpr double kTip = 8;          // length of an arrow's tip
constexpr double kBulge = 0.22;     // how far a ring's arrow bends outward, as a share of its length
constexpr double kCard = 4;         // how far the cards behind a box that stands for many look out

struct Point {
  double x = 0, y = 0;
};

// Where the line from the centre of `box` to `toward` leaves it.
Point Border(const GraphBox& box, Point toward) {
  const double dx = toward.x - box.x, dy = toward.y - box.y;
  if (dx == 0 && dy == 0) return {box.x, box.y};
  const double by_x = dx == 0 ? 1e9 : box.width / 2 / std::abs(dx);
  const double by_y = dy == 0 ? 1e9 : box.height / 2 / std::abs(dy);
  const double share = std::min(by_x, by_y);
  return {box.x + dx * share, box.y + dy * share};
}

// Drawn behind a box that stands for many.
int Cards(const model::WaitNode& node) { return node.count > 2 ? 2 : node.count > 1 ? 1 : 0; }

// A tooltip keeps its line breaks.
void AppendLines(std::string& out, std::string_view text) {
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    AppendXml(out, text.substr(begin, end - begin));
    if (end < text.size()) out += '\n';
    begin = end + 1;
  }
}

class Drawing {
 public:
  explicit Drawing(const model::WaitGraph& graph) : graph_(graph) {}

  std::string Draw() {
    Measure();
    std::vector<GraphEdge> edges;
    for (const model::WaitGraphEdge& edge : graph_.edges) edges.emplace_back(edge.from, edge.to);
    const GraphSize size = LayOut(boxes_, edges, kSheetWidth);
    width_ = std::max(size.width, kLeastWidth) + 2 * kMargin;
    Legend();
    const std::string legend = std::move(out_);
    Centre(size);
    Open();
    out_ += legend;
    for (const model::WaitGraphEdge& edge : graph_.edges) Edge(edge);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) Node(graph_.nodes[i], boxes_[i]);
    Notes();
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  void Measure();
  void Centre(const GraphSize& size);
  void Open();
  void Legend();
  Point LegendWord(double picture_width, std::string_view word);
  void Edge(const model::WaitGraphEdge& edge);
  bool IsInRing(const model::WaitGraphEdge& edge) const;
  bool HasReverse(const model::WaitGraphEdge& edge) const;
  Point Bend(const model::WaitGraphEdge& edge) const;
  void Arrow(const char* style, Point begin, Point control, Point end);
  void Node(const model::WaitNode& node, const GraphBox& box);
  void Rect(const char* css_class, double x, double y, double width, double height, double radius);
  void Text(const char* css_class, const char* anchor, double x, double y, std::string_view text);
  void Notes();

  const model::WaitGraph& graph_;
  std::vector<GraphBox> boxes_;
  double width_ = 0, height_ = 0;
  Point legend_at_ = {kMargin, kLegendBaseline};
  std::string out_;
};

void Drawing::Measure() {
  for (const model::WaitNode& node : graph_.nodes) {
    size_t longest = 8;
    for (const std::string& line : node.lines) longest = std::max(longest, std::min(DisplayWidth(line), kRoom));
    boxes_.push_back(
        {.width = static_cast<double>(longest) * kCharacter + 2 * kInset + (node.is_resource ? 14 : Cards(node) * kCard),
         .height = static_cast<double>(node.lines.size()) * kLineHeight + 14 + Cards(node) * kCard,
         .ring = node.ring});
  }
}

void Drawing::Centre(const GraphSize& size) {
  const double top = legend_at_.y + kGapAboveGraph;
  height_ = top + size.height + static_cast<double>(graph_.notes.size()) * kLineHeight + 2 * kMargin;
  const double left = (width_ - size.width) / 2;
  for (GraphBox& box : boxes_) {
    box.x += left;
    box.ring_x += left;
    box.y += top;
    box.ring_y += top;
  }
}

void Drawing::Open() {
  const std::string title = XmlText(CutMiddle(graph_.title, kTitleBytes));
  out_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"waits\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\" role=\"img\" aria-label=\"{2}\">\n<style>{3}</style>\n<rect class=\"ground\" width=\"100%\" "
      "height=\"100%\"/>\n",
      width_, height_, title, Asset("wait_graph.css"));
  const auto room = static_cast<size_t>((width_ - 2 * kMargin) / 9.4);
  Text("title", "start", kMargin, kTitleBaseline,
       DisplayWidth(graph_.title) <= room ? graph_.title : CutMiddle(graph_.title, room));
}

// Leaves room for a picture and writes a word beside it, on the next line where this one is full. Where the picture goes.
Point Drawing::LegendWord(double picture_width, std::string_view word) {
  const double width = picture_width + static_cast<double>(DisplayWidth(word)) * kCharacter;
  if (legend_at_.x > kMargin && legend_at_.x + width > width_ - kMargin) legend_at_ = {kMargin, legend_at_.y + kLegendStep};
  Text("note", "start", legend_at_.x + picture_width, legend_at_.y, word);
  const Point picture = legend_at_;
  legend_at_.x += width + 14;
  return picture;
}

void Drawing::Legend() {
  for (const model::WaitTone tone : {model::WaitTone::kDeadlock, model::WaitTone::kLeak, model::WaitTone::kSuspect}) {
    const Point at = LegendWord(20, model::Name(tone));
    out_ += fmt::format("<g class=\"{}\">", model::Name(tone));
    Rect("box", at.x, at.y - 10, 14, 12, 2);
    out_ += "</g>\n";
  }
  LegendWord(0, "An arrow leads from who waits over what to who has it:");
  for (const model::WaitEvidence evidence :
       {model::WaitEvidence::kProven, model::WaitEvidence::kInferred, model::WaitEvidence::kGuessed}) {
    const Point at = LegendWord(42, model::Name(evidence));
    Arrow(model::Name(evidence), {at.x, at.y - 4}, {at.x + 18, at.y - 4}, {at.x + 36, at.y - 4});
  }
}

bool Drawing::IsInRing(const model::WaitGraphEdge& edge) const {
  const auto& ring = graph_.nodes[edge.from].ring;
  return ring && ring == graph_.nodes[edge.to].ring;
}

bool Drawing::HasReverse(const model::WaitGraphEdge& edge) const {
  return std::ranges::any_of(
      graph_.edges, [&](const model::WaitGraphEdge& other) { return other.from == edge.to && other.to == edge.from; });
}

// The control point of an arrow: a ring's bends away from its middle, others leave and arrive upright where they can.
Point Drawing::Bend(const model::WaitGraphEdge& edge) const {
  const GraphBox &from = boxes_[edge.from], &to = boxes_[edge.to];
  const Point middle = {(from.x + to.x) / 2, (from.y + to.y) / 2};
  if (!IsInRing(edge)) return {from.x * 0.35 + to.x * 0.65, middle.y};
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  Point out = {middle.x - from.ring_x, middle.y - from.ring_y};
  double away = std::hypot(out.x, out.y);
  if (away < 1 || HasReverse(edge)) {  // the way there on one side, the way back on the other
    out = {to.y - from.y, from.x - to.x};
    away = std::max(length, 1.0);
  }
  return {middle.x + out.x / away * length * kBulge, middle.y + out.y / away * length * kBulge};
}

void Drawing::Edge(const model::WaitGraphEdge& edge) {
  const GraphBox &from = boxes_[edge.from], &to = boxes_[edge.to];
  out_ += fmt::format("<g class=\"edge{}\"><title>", IsInRing(edge) ? " in-ring" : "");
  AppendXml(out_, CutMiddle(fmt::format("{}: {}", model::Name(edge.evidence), edge.why), kTitleBytes));
  out_ += "</title>";
  const Point bend = Bend(edge);
  const Point begin = Border(from, bend), end = Border(to, bend);
  Arrow(model::Name(edge.evidence), begin, bend, end);
  out_ += "</g>\n";
}

// A curve from `begin` to `end`, its tip along the last of it.
void Drawing::Arrow(const char* style, Point begin, Point control, Point end) {
  const double length = std::max(std::hypot(end.x - control.x, end.y - control.y), 0.01);
  const double ux = (end.x - control.x) / length, uy = (end.y - control.y) / length;
  const Point neck = {end.x - ux * kTip, end.y - uy * kTip};
  out_ += fmt::format("<path class=\"arrow {}\" d=\"M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}\"/>", style, begin.x, begin.y,
                      control.x, control.y, neck.x, neck.y);
  out_ += fmt::format("<path class=\"tip\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}z\"/>", end.x, end.y,
                      neck.x - uy * kTip / 2, neck.y + ux * kTip / 2, neck.x + uy * kTip / 2, neck.y - ux * kTip / 2);
}

void Drawing::Rect(const char* css_class, double x, double y, double width, double height, double radius) {
  out_ += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{:.0f}\"/>",
                      css_class, x, y, width, height, radius);
}

void Drawing::Text(const char* css_class, const char* anchor, double x, double y, std::string_view text) {
  out_ += fmt::format("<text class=\"{}\" text-anchor=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">", css_class, anchor, x, y);
  AppendXml(out_, text);
  out_ += "</text>\n";
}

void Drawing::Node(const model::WaitNode& node, const GraphBox& box) {
  const char* tone = node.tone == model::WaitTone::kFree ? "free" : model::Name(node.tone);
  out_ += fmt::format("<g class=\"{} {}\" tabindex=\"0\"><title>", node.is_resource ? "thing" : "goroutine", tone);
  AppendLines(out_, CutMiddle(node.details, kTitleBytes));
  out_ += "</title>";
  const double left = box.x - box.width / 2, top = box.y - box.height / 2;
  const double width = box.width - Cards(node) * kCard, height = box.height - Cards(node) * kCard;
  for (int card = Cards(node); card >= 0; --card) {
    Rect("box", left + card * kCard, top + card * kCard, width, height, node.is_resource ? height / 2 : 4);
  }
  double y = top + 7 + kLineHeight * 0.75;
  for (size_t i = 0; i < node.lines.size(); ++i, y += kLineHeight) {
    const std::string& line = node.lines[i];
    Text(i == 0 ? "name" : "quiet", "middle", left + width / 2, y,
         DisplayWidth(line) <= kRoom ? line : FlameLabel(line, kRoom));
  }
  out_ += "</g>\n";
}

void Drawing::Notes() {
  double y = height_ - kMargin - static_cast<double>(graph_.notes.size()) * kLineHeight + kLineHeight;
  for (const std::string& note : graph_.notes) {
    Text("note", "start", kMargin, y, CutMiddle(note, 300));
    y += kLineHeight;
  }
}

}  // namespace

std::string WaitGraphSvg(const model::WaitGraph& graph) { return Drawing(graph).Draw(); }

}  // namespace render
