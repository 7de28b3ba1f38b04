#include "render/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "model/units.h"
#include "render/html_page.h"
#include "render/svg_writer.h"
#include "render/table_chart.h"
#include "render/terminal_text.h"

namespace render {
namespace {

constexpr size_t kRowsKept = 2000;  // of a table; the JSON report has all

std::string Escaped(std::string_view text) { return XmlText(CutMiddle(text, kTitleBytes)); }

class Writer {
 public:
  void operator()(const model::Paragraph& block) { out_ += fmt::format("<p>{}</p>\n", Escaped(block.text)); }
  void operator()(const model::Fields& block);
  void operator()(const model::Table& block);
  void operator()(const model::Findings& block);
  void operator()(const model::Lines& block);
  void operator()(const model::Data&) {}
  void Answer(const model::Report& report) {
    if (!report.answer.empty())
      out_ += fmt::format("<p class=\"answer{}\">{}</p>\n", report.found ? " bad" : "", Escaped(report.answer));
  }
  // What can be drawn comes before the tables.
  void Charts(const model::Report& report);
  void Warnings(const model::Warnings& warnings);
  std::string Take() { return std::move(out_); }

 private:
  void Head(const model::Table& block);
  void Cell(const model::TableColumn& column, const model::Value& value);
  void Evidence(const model::Finding& finding);

  std::string out_;
};

void Writer::operator()(const model::Fields& block) {
  out_ += "<dl>";
  for (const model::Field& field : block.rows) {
    if (!field.label.empty()) {
      out_ +=
          fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", Escaped(field.label), Escaped(CellText(field.value, field.unit)));
    }
  }
  out_ += "</dl>\n";
}

void Writer::Head(const model::Table& block) {
  out_ += "<thead><tr>";
  for (const model::TableColumn& column : block.columns) {
    if (column.show)
      out_ +=
          fmt::format("<th scope=\"col\"{}>{}</th>", column.unit.empty() ? "" : " class=\"number\"", Escaped(column.label));
  }
  out_ += "</tr></thead>\n";
}

void Writer::Cell(const model::TableColumn& column, const model::Value& value) {
  const std::string text = column.is_change ? ChangeText(value, column.unit) : CellText(value, column.unit);
  const std::optional<double> number = value.number();
  if (!number) {
    out_ += fmt::format("<td{}>{}</td>", column.unit.empty() ? "" : " class=\"number\"", Escaped(text));
    return;
  }
  const char* direction = !column.is_change || *number == 0 ? "" : *number > 0 ? " more" : " less";
  out_ += fmt::format("<td class=\"number{}\" data-v=\"{}\">{}</td>", direction, *number, Escaped(text));
}

void Writer::operator()(const model::Table& block) {
  const bool has_columns = std::ranges::any_of(block.columns, &model::TableColumn::show);
  if (!has_columns || block.rows_shown == 0 || (block.rows.empty() && block.empty_text.empty())) return;  // for JSON only
  if (!block.title.empty()) out_ += fmt::format("<h3>{}</h3>\n", Escaped(block.title));
  if (block.rows.empty()) {
    out_ += fmt::format("<p class=\"quiet\">{}</p>\n", Escaped(block.empty_text));
    return;
  }
  out_ +=
      fmt::format("<div class=\"scroll\"><table class=\"report\" data-shown=\"{}\">", std::min(block.rows_shown, kRowsKept));
  Head(block);
  out_ += "<tbody>";
  for (size_t row = 0; row < std::min(block.rows.size(), kRowsKept); ++row) {
    out_ += "<tr>";
    for (size_t i = 0; i < block.columns.size(); ++i) {
      if (block.columns[i].show) Cell(block.columns[i], block.rows[row][i]);
    }
    out_ += "</tr>\n";
  }
  out_ += "</tbody></table></div>\n";
  if (block.rows.size() > kRowsKept) {
    out_ += fmt::format("<p class=\"quiet\">{} more rows: --json has all of them.</p>\n",
                        model::FormatCount(block.rows.size() - kRowsKept));
  }
}

void Writer::Evidence(const model::Finding& finding) {
  out_ += "<pre>";
  for (const std::string& line : finding.evidence) out_ += Escaped(line) + "\n";
  out_ += "</pre>";
}

void Writer::operator()(const model::Findings& block) {
  if (block.rows.empty()) out_ += fmt::format("<p class=\"quiet\">{}</p>\n", Escaped(block.empty_text));
  constexpr const char* kClasses[] = {"error", "warning", "note"};
  for (const model::Finding& finding : block.rows) {
    out_ += fmt::format("<section class=\"finding {}\"><h3>{}</h3>", kClasses[static_cast<size_t>(finding.severity)],
                        Escaped(finding.title));
    if (!finding.evidence.empty()) Evidence(finding);
    out_ += "</section>\n";
  }
}

void Writer::operator()(const model::Lines& block) {
  if (std::ranges::all_of(block.lines, &std::string::empty)) return;
  out_ += "<pre>";
  for (const std::string& line : block.lines) out_ += Escaped(line) + "\n";
  out_ += "</pre>\n";
}

void Writer::Charts(const model::Report& report) {
  for (const model::Block& block : report.blocks) {
    const auto* table = std::get_if<model::Table>(&block);
    const std::string chart = table != nullptr && table->rows_shown != 0 ? TableChart(*table) : "";
    if (!chart.empty()) out_ += fmt::format("<h3>{}</h3>\n{}", Escaped(table->title), chart);
  }
}

void Writer::Warnings(const model::Warnings& warnings) {
  for (const model::Warnings::Kind& kind : warnings.kinds()) {
    out_ += fmt::format("<details class=\"quiet\"><summary>{} × {}</summary><pre>", model::FormatCount(kind.count),
                        Escaped(kind.name));
    for (const std::string& example : kind.examples) out_ += Escaped(example) + "\n";
    out_ += "</pre></details>\n";
  }
}

}  // namespace

std::string HtmlReport(const model::Report& report) {
  Writer writer;
  writer.Answer(report);
  const auto is_fields = [](const model::Block& block) { return std::holds_alternative<model::Fields>(block); };
  const auto first = std::ranges::find_if_not(report.blocks, is_fields);
  for (auto block = report.blocks.begin(); block != first; ++block) std::visit(writer, *block);
  writer.Charts(report);
  for (auto block = first; block != report.blocks.end(); ++block) std::visit(writer, *block);
  writer.Warnings(report.warnings);
  return writer.Take();
}

std::string HtmlReportPage(const model::Report& report) {
  return HtmlPage({.title = report.title, .sections = {{"report", "Report", HtmlReport(report)}}});
}

}  // namespace render
