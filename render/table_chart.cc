#include "render/table_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "render/plot_axis.h"
#include "render/svg_writer.h"
#include "render/terminal_text.h"

namespace render {
namespace {

constexpr double kWidth = 720, kHeight = 190, kLeft = 66, kRight = 10, kTop = 24, kBottom = 26;
constexpr size_t kMostRows = 1000;
constexpr size_t kColours = 4;  // .s0 .. .s3

std::optional<size_t> ColumnOf(const model::Table& table, const std::string& key) {
  const auto at = std::ranges::find(table.columns, key, &model::TableColumn::key);
  if (at == table.columns.end()) return std::nullopt;
  return static_cast<size_t>(at - table.columns.begin());
}

class Chart {
 public:
  explicit Chart(const model::Table& table) : table_(table) {
    if (const auto x = ColumnOf(table, table.chart.x)) x_ = *x;
    for (const std::string& key : table.chart.y) {
      if (const auto column = ColumnOf(table, key)) ys_.push_back(*column);
    }
    const size_t rows = std::min(table.rows.size(), kMostRows);
    for (size_t row = 0; row < rows; ++row) {
      if (const auto x = table.rows[row][x_].number()) Take(row, Scaled(*x));
    }
  }

  bool is_drawable() const { return rows_.size() > 1 && !ys_.empty() && right_ > left_; }
  std::string Draw();

 private:
  double Scaled(double x) const { return table_.chart.is_log_x ? std::log10(std::max(x, 1e-9)) : x; }
  void Take(size_t row, double x) {
    if (rows_.empty()) left_ = right_ = x;
    left_ = std::min(left_, x);
    right_ = std::max(right_, x);
    rows_.push_back(row);
    for (const size_t column : ys_) top_ = std::max(top_, table_.rows[row][column].number().value_or(0));
  }
  double X(size_t row) const {
    const double share = (Scaled(*table_.rows[row][x_].number()) - left_) / (right_ - left_);
    return kLeft + BarWidth() / 2 + (kWidth - kLeft - kRight - BarWidth()) * share;
  }
  double Y(double value) const { return kTop + (kHeight - kTop - kBottom) * (1 - value / (top_ > 0 ? top_ : 1)); }
  double BarWidth() const {
    return table_.chart.is_bars ? std::max((kWidth - kLeft - kRight) / static_cast<double>(rows_.size()) - 1, 0.6) : 0;
  }
  std::string Told(size_t row, size_t column) const;
  void Axes();
  void Bars(size_t column, size_t colour);
  void Line(size_t column, size_t colour);
  void Legend();

  const model::Table& table_;
  size_t x_ = 0;
  std::vector<size_t> ys_;    // columns
  std::vector<size_t> rows_;  // that have an x
  double left_ = 0, right_ = 0, top_ = 0;
  std::string out_;
};

std::string Chart::Draw() {
  out_ = fmt::format("<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth, kHeight,
                     XmlText(CutMiddle(table_.title, 300)));
  Axes();
  for (size_t i = 0; i < ys_.size(); ++i) {
    if (table_.chart.is_bars) {
      Bars(ys_[i], i % kColours);
    } else {
      Line(ys_[i], i % kColours);
    }
  }
  Legend();
  return std::move(out_) + "</svg>\n";
}

std::string Chart::Told(size_t row, size_t column) const {
  const auto text = [&](size_t at) { return CellText(table_.rows[row][at], table_.columns[at].unit); };
  return XmlText(
      fmt::format("{} {}: {} {}", table_.columns[x_].label, text(x_), table_.columns[column].label, text(column)));
}

void Chart::Axes() {
  const std::string& unit = table_.columns[ys_[0]].unit;
  const double step = GridStep(top_);
  for (double value = 0; value <= top_ * 1.0001; value += step) {
    out_ += fmt::format(
        "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text class=\"axis\" x=\"{}\" "
        "y=\"{:.1f}\">{}</text>\n",
        kLeft, kWidth - kRight, Y(value), Y(value), kLeft - 6, Y(value) + 4, XmlText(AxisText(value, unit)));
  }
  const model::TableColumn& x = table_.columns[x_];
  const auto end = [&](size_t row, double at, const char* name) {
    out_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", name, at, kHeight - 8,
                        XmlText(fmt::format("{} {}", x.label, CellText(table_.rows[row][x_], x.unit))));
  };
  end(rows_.front(), kLeft, "end");
  end(rows_.back(), kWidth - kRight, "axis");
}

void Chart::Bars(size_t column, size_t colour) {
  for (const size_t row : rows_) {
    const auto value = table_.rows[row][column].number();
    if (!value || *value <= 0) continue;
    out_ += fmt::format(
        "<rect class=\"s{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}</title></rect>\n",
        colour, X(row) - BarWidth() / 2, Y(*value), BarWidth(), Y(0) - Y(*value), Told(row, column));
  }
}

void Chart::Line(size_t column, size_t colour) {
  std::string points, dots;
  for (const size_t row : rows_) {
    const auto value = table_.rows[row][column].number();
    if (!value) continue;
    points += fmt::format("{:.1f},{:.1f} ", X(row), Y(*value));
    dots += fmt::format("<circle class=\"s{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"><title>{}</title></circle>\n", colour,
                        X(row), Y(*value), Told(row, column));
  }
  out_ += fmt::format("<polyline class=\"s{}\" points=\"{}\"/>\n", colour, points) + dots;
}

void Chart::Legend() {
  double x = kLeft;
  for (size_t i = 0; i < ys_.size(); ++i) {
    const std::string& label = table_.columns[ys_[i]].label;
    out_ +=
        fmt::format("<rect class=\"s{}\" x=\"{}\" y=\"6\" width=\"10\" height=\"10\"/><text x=\"{}\" y=\"15\">{}</text>\n",
                    i % kColours, x, x + 15, XmlText(label));
    x += 34 + 7.5 * static_cast<double>(label.size());
  }
}

}  // namespace

std::string TableChart(const model::Table& table) {
  if (table.chart.x.empty() || !ColumnOf(table, table.chart.x)) return {};
  Chart chart(table);
  return chart.is_drawable() ? chart.Draw() : std::string();
}

}  // namespace render
