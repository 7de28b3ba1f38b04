#include "render/trend_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/units.h"
#include "render/plot_axis.h"
#include "render/svg_writer.h"

namespace render {
namespace {

constexpr double kWidth = 880, kHeight = 220, kLeft = 72, kRight = 12, kTop = 26, kBottom = 34;
constexpr double kStepWords = 90;  // room for what is said of a change, on either side

std::string Amount(double value, const std::string& unit) {
  if (unit == "ratio") return fmt::format("{:.1f} %", value * 100);
  return model::FormatValue(std::llround(value), unit);
}

class Plot {
 public:
  explicit Plot(const TrendLine& line) : line_(line) {
    for (const TrendLine::Point& point : line.points) top_ = std::max(top_, point.value);
    top_ = top_ > 0 ? top_ * 1.08 : 1;
  }

  std::string Draw() {
    out_ = fmt::format("<svg class=\"trend\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth, kHeight,
                       XmlText(CutMiddle(line_.name, 300)));
    out_ += fmt::format("<text class=\"title\" x=\"{}\" y=\"16\">{}</text>\n", kLeft, XmlText(CutMiddle(line_.name, 110)));
    Grid();
    Steps();
    Line();
    Points();
    Ends();
    return std::move(out_) + "</svg>\n";
  }

 private:
  double X(double at) const {
    const auto last = static_cast<double>(std::max<size_t>(line_.points.size(), 2) - 1);
    return kLeft + (kWidth - kLeft - kRight) * at / last;
  }
  double Y(double value) const { return kTop + (kHeight - kTop - kBottom) * (1 - value / top_); }

  void Grid() {
    const double step = GridStep(top_);
    for (double value = 0; value <= top_; value += step) {
      out_ += fmt::format(
          "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text class=\"axis\" x=\"{}\" "
          "y=\"{:.1f}\">{}</text>\n",
          kLeft, kWidth - kRight, Y(value), Y(value), kLeft - 6, Y(value) + 4, XmlText(Amount(value, line_.unit)));
    }
  }
  // The mean of each stretch as a bar, and a mark between them.
  void Steps() {
    double begin = 0;
    for (size_t i = 0; i <= line_.steps.size() && !line_.steps.empty(); ++i) {
      const bool is_last = i == line_.steps.size();
      const double end =
          is_last ? static_cast<double>(line_.points.size()) - 1 : static_cast<double>(line_.steps[i].index) - 0.5;
      const double level = is_last ? line_.steps[i - 1].after : line_.steps[i].before;
      out_ += fmt::format("<line class=\"level\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n", X(begin),
                          X(end), Y(level), Y(level));
      begin = end;
    }
    double free = kLeft;  // no words left of here
    for (const TrendLine::Step& step : line_.steps) {
      const double x = X(static_cast<double>(step.index) - 0.5);
      out_ += fmt::format("<g class=\"step {}\"><title>{}</title><line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/>",
                          step.after > step.before ? "more" : "less", XmlText(step.label), x, x, kTop, kHeight - kBottom);
      if (x - kStepWords >= free && x + kStepWords <= kWidth - kRight) {
        StepWords(step, x);
        free = x + kStepWords;
      }
      out_ += "</g>\n";
    }
  }
  // How much, on the line; since when, below it.
  void StepWords(const TrendLine::Step& step, double x) {
    const bool is_more = step.after > step.before;  // the line of values leaves that side of the mark free at the top
    if (step.before > 0) {
      out_ += fmt::format("<text class=\"amount{}\" x=\"{:.1f}\" y=\"{}\">{:+.1f} %</text>", is_more ? " left" : "",
                          x + (is_more ? -7 : 7), kTop + 10, (step.after / step.before - 1) * 100);
    }
    out_ += fmt::format("<text class=\"since\" x=\"{:.1f}\" y=\"{}\">since {}</text>", x, kHeight - kBottom + 18,
                        XmlText(CutMiddle(line_.points[step.index].label, 12)));
  }
  void Line() {
    out_ += "<polyline class=\"line\" points=\"";
    for (size_t i = 0; i < line_.points.size(); ++i)
      out_ += fmt::format("{:.1f},{:.1f} ", X(static_cast<double>(i)), Y(line_.points[i].value));
    out_ += "\"/>\n";
  }
  void Points() {
    for (size_t i = 0; i < line_.points.size(); ++i) {
      const TrendLine::Point& point = line_.points[i];
      out_ += fmt::format("<circle{} cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"><title>{}: {}</title></circle>\n",
                          point.is_odd ? " class=\"odd\"" : "", X(static_cast<double>(i)), Y(point.value),
                          XmlText(CutMiddle(point.label, 200)), XmlText(Amount(point.value, line_.unit)));
    }
  }
  void Ends() {
    if (line_.points.empty()) return;
    const double y = kHeight - kBottom + 18;
    out_ += fmt::format("<text class=\"end\" x=\"{}\" y=\"{}\">{}</text><text class=\"axis\" x=\"{}\" y=\"{}\">{}</text>\n",
                        kLeft, y, XmlText(CutMiddle(line_.points.front().label, 40)), kWidth - kRight, y,
                        XmlText(CutMiddle(line_.points.back().label, 40)));
  }

  const TrendLine& line_;
  double top_ = 0;
  std::string out_;
};

}  // namespace

std::string TrendPlot(const TrendLine& line) { return Plot(line).Draw(); }

}  // namespace render
