#include "render/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/units.h"
#include "render/terminal_text.h"

namespace render {
namespace {

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kGrey = "\x1b[90m";

// A line that is laid out already: source text and pprof's own headings have tabs that must stay.
std::string WithTabs(std::string_view line) {
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return TerminalText(line);
  return TerminalText(line.substr(0, tab)) + '\t' + WithTabs(line.substr(tab + 1));
}

class Writer {
 public:
  explicit Writer(Colour colour) : colour_(colour) {}

  std::string Take() { return std::move(out_); }

  void Answer(const std::string& text) {
    if (!text.empty()) out_ += Paint(TerminalText(text), kBold) + "\n";
  }

  void operator()(const model::Paragraph& block) { out_ += "\n" + TerminalText(block.text) + "\n"; }

  void operator()(const model::Lines& block) {
    for (const std::string& line : block.lines) out_ += WithTabs(line) + "\n";
  }

  void operator()(const model::Data&) {}

  void operator()(const model::Fields& block) {
    size_t width = 0;
    for (const model::Field& field : block.rows) width = std::max(width, field.label.size());
    if (width == 0) return;
    out_ += "\n";
    for (const model::Field& field : block.rows) {
      if (field.label.empty()) continue;
      out_ += fmt::format("{:<{}}  {}\n", field.label, width, TerminalText(CellText(field.value, field.unit)));
    }
  }

  void operator()(const model::Table& block);
  void operator()(const model::Findings& block);
  void Warn(const model::Warnings& warnings);

 private:
  std::string Paint(const std::string& text, const char* code) const {
    return colour_ == Colour::kNone ? text : fmt::format("{}{}\x1b[0m", code, text);
  }

  Colour colour_;
  std::string out_;
};

const char* ChangeColour(const model::Value& cell) {
  const auto* value = std::get_if<int64_t>(&cell.kind());
  if (value == nullptr || *value == 0) return kGrey;
  return *value > 0 ? kRed : kGreen;
}

bool IsText(const model::TableColumn& column, const std::vector<model::ValueList>& rows, size_t at) {
  if (!column.unit.empty()) return false;
  return std::ranges::any_of(
      rows, [&](const model::ValueList& row) { return std::holds_alternative<std::string>(row[at].kind()); });
}

void Writer::operator()(const model::Table& block) {
  if (block.columns.empty()) return;
  std::vector<size_t> shown;
  for (size_t i = 0; i < block.columns.size(); ++i) {
    if (block.columns[i].show) shown.push_back(i);
  }
  if (shown.empty()) return;
  if (!block.title.empty()) out_ += "\n" + Paint(TerminalText(block.title), kBold) + "\n";
  if (block.rows.empty()) {
    if (!block.empty_text.empty()) out_ += TerminalText(block.empty_text) + "\n";
    return;
  }
  const size_t row_count = std::min(block.rows.size(), block.rows_shown);
  std::vector<std::vector<std::string>> cells(row_count);
  std::vector<size_t> width;
  std::vector<bool> is_text;
  for (const size_t at : shown) {
    const model::TableColumn& column = block.columns[at];
    size_t widest = column.label.size();
    for (size_t row = 0; row < row_count; ++row) {
      const model::Value& value = block.rows[row][at];
      cells[row].push_back(TerminalText(column.is_change ? ChangeText(value, column.unit) : CellText(value, column.unit)));
      widest = std::max(widest, DisplayWidth(cells[row].back()));
    }
    width.push_back(widest);
    is_text.push_back(IsText(column, block.rows, at));
  }
  const auto put = [&](size_t at, const std::string& text, const char* code) {
    const std::string pad(width[at] - std::min(width[at], DisplayWidth(text)), ' ');
    const bool is_last = at + 1 == shown.size();
    const std::string painted = code == nullptr ? text : Paint(text, code);
    out_ += is_text[at] ? painted + (is_last ? "" : pad) : pad + painted;
    out_ += is_last ? "\n" : "  ";
  };
  for (size_t at = 0; at < shown.size(); ++at) put(at, block.columns[shown[at]].label, kGrey);
  for (size_t row = 0; row < row_count; ++row) {
    for (size_t at = 0; at < shown.size(); ++at) {
      const model::TableColumn& column = block.columns[shown[at]];
      put(at, cells[row][at], column.is_change ? ChangeColour(block.rows[row][shown[at]]) : nullptr);
    }
  }
  if (row_count < block.rows.size())
    out_ += fmt::format("... and {} more\n", model::FormatCount(block.rows.size() - row_count));
}

void Writer::operator()(const model::Findings& block) {
  if (block.rows.empty() && !block.empty_text.empty()) out_ += "\n" + TerminalText(block.empty_text) + "\n";
  for (const model::Finding& finding : block.rows) {
    const char* code = finding.severity == model::Severity::kError     ? kRed
                       : finding.severity == model::Severity::kWarning ? kYellow
                                                                       : kGrey;
    out_ += "\n" + Paint(TerminalText(finding.title), code) + "\n";
    for (const std::string& line : finding.evidence) out_ += "  " + TerminalText(line) + "\n";
  }
}

void Writer::Warn(const model::Warnings& warnings) {
  if (warnings.empty()) return;
  out_ += "\n";
  for (const model::Warnings::Kind& kind : warnings.kinds()) {
    out_ += Paint(fmt::format("warning: {} ({}x)", TerminalText(kind.name), model::FormatCount(kind.count)), kYellow);
    if (!kind.examples.empty()) out_ += ", first: " + TerminalText(kind.examples.front());
    out_ += "\n";
  }
}

}  // namespace

std::string TextReport(const model::Report& report, Colour colour) {
  Writer writer(colour);
  writer.Answer(report.answer);
  for (const model::Block& block : report.blocks) std::visit(writer, block);
  writer.Warn(report.warnings);
  return writer.Take();
}

}  // namespace render
