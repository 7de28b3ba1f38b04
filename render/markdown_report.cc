#include "render/markdown_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "render/terminal_text.h"

namespace render {
namespace {

// Room kept for the line that says what was left out, and for closing tags.
constexpr size_t kReserve = 512;

class Writer {
 public:
  explicit Writer(size_t max_bytes) : max_bytes_(max_bytes) {}

  // False, and nothing written, if it does not fit any more.
  bool Add(const std::string& text) {
    if (out_.size() + text.size() + kReserve > max_bytes_) {
      ++left_out_;
      return false;
    }
    out_ += text;
    return true;
  }
  void Close(const std::string& text) { out_ += text; }
  std::string Take() {
    if (left_out_ > 0) out_ += "\nThis summary is cut: it has reached its size. The text and JSON reports have all of it.\n";
    return std::move(out_);
  }

  void operator()(const model::Paragraph& block) { Add("\n" + MarkdownText(block.text) + "\n"); }
  void operator()(const model::Data&) {}

  void operator()(const model::Lines& block) {
    for (const std::string& line : block.lines) Add("\n- " + MarkdownText(line));
    if (!block.lines.empty()) Close("\n");
  }

  void operator()(const model::Fields& block) {
    for (const model::Field& field : block.rows) {
      if (!field.label.empty())
        Add(fmt::format("\n- {}: {}", MarkdownText(field.label), MarkdownText(CellText(field.value, field.unit))));
    }
    Close("\n");
  }

  void operator()(const model::Findings& block) {
    if (block.rows.empty() && !block.empty_text.empty()) Add("\n" + MarkdownText(block.empty_text) + "\n");
    for (const model::Finding& finding : block.rows) {
      const char* sign = finding.severity == model::Severity::kError     ? "❌"
                         : finding.severity == model::Severity::kWarning ? "⚠️"
                                                                         : "ℹ️";
      std::string text = fmt::format("\n{} **{}**\n", sign, MarkdownText(finding.title));
      for (const std::string& line : finding.evidence) text += fmt::format("- {}\n", MarkdownText(line));
      if (!Add(text)) return;
    }
  }

  void operator()(const model::Table& block);

 private:
  size_t max_bytes_;
  size_t left_out_ = 0;
  std::string out_;
};

std::string Row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += " " + cell + " |";
  return text + "\n";
}

std::string Cell(const model::TableColumn& column, const model::Value& value) {
  const bool is_name = std::holds_alternative<std::string>(value.kind()) && column.unit.empty();
  if (is_name && (column.key == "name" || column.key == "function"))
    return MarkdownCode(std::get<std::string>(value.kind()));
  return MarkdownText(column.is_change ? ChangeText(value, column.unit) : CellText(value, column.unit));
}

void Writer::operator()(const model::Table& block) {
  std::vector<size_t> shown;
  for (size_t i = 0; i < block.columns.size(); ++i) {
    if (block.columns[i].show) shown.push_back(i);
  }
  if (shown.empty()) return;
  if (block.rows.empty()) {
    if (!block.empty_text.empty()) Add("\n" + MarkdownText(block.empty_text) + "\n");
    return;
  }
  const std::string title = block.title.empty() ? fmt::format("{} rows", block.rows.size()) : block.title;
  std::vector<std::string> labels, rules;
  for (const size_t at : shown) {
    labels.push_back(MarkdownText(block.columns[at].label));
    rules.emplace_back(block.columns[at].unit.empty() && !std::holds_alternative<double>(block.rows[0][at].kind()) ? ":--"
                                                                                                                   : "--:");
  }
  if (!Add(fmt::format("\n<details><summary>{}</summary>\n\n", MarkdownText(title)) + Row(labels) + Row(rules))) return;
  const size_t count = std::min(block.rows.size(), block.rows_shown);
  for (size_t row = 0; row < count; ++row) {
    std::vector<std::string> cells;
    for (const size_t at : shown) cells.push_back(Cell(block.columns[at], block.rows[row][at]));
    if (!Add(Row(cells))) break;
  }
  Close("\n</details>\n");
}

bool IsPunctuation(char c) {
  return static_cast<unsigned char>(c) < 0x80 && std::ispunct(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

std::string MarkdownText(std::string_view text) {
  std::string out;
  for (const char c : TerminalText(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '@':
        out += "&#64;";
        break;  // a mention survives a backslash
      case '#':
        out += "&#35;";
        break;  // a reference to an issue, too
      case '.':
      case ',':
      case '(':
      case ')':
      case '%':
      case '-':
      case '/':
      case ':':
      case ';':
      case '=':
      case '+':
      case '\'':
      case '"':
        out += c;
        break;
      default:
        if (IsPunctuation(c)) out += '\\';
        out += c;
    }
  }
  return out;
}

std::string MarkdownCode(std::string_view text) {
  const std::string plain = TerminalText(text);
  size_t longest = 0, run = 0;
  std::string cell;
  for (const char c : plain) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') cell += '\\';  // a table's bar ends a cell even in a code span
    cell += c;
  }
  const std::string fence(longest + 1, '`');
  const bool needs_space = plain.empty() || plain.front() == '`' || plain.back() == '`';
  return fence + (needs_space ? " " : "") + cell + (needs_space ? " " : "") + fence;
}

std::string MarkdownReport(const model::Report& report, const MarkdownOptions& options) {
  Writer writer(options.max_bytes);
  if (!options.marker.empty()) writer.Close(options.marker + "\n");
  writer.Add(fmt::format("### {}\n\n**{}**\n", MarkdownText(report.title), MarkdownText(report.answer)));
  for (const model::Block& block : report.blocks) std::visit(writer, block);
  for (const model::Warnings::Kind& kind : report.warnings.kinds()) {
    writer.Add(fmt::format("\n⚠️ {} ({}x)\n", MarkdownText(kind.name), kind.count));
  }
  return writer.Take();
}

}  // namespace render
