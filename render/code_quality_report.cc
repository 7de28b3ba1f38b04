#include "render/code_quality_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "render/check_list.h"
#include "render/terminal_text.h"

namespace render {
namespace {

// A workflow command ends at the line's end; its properties also at commas and colons.
std::string CommandText(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : text) {
    const bool is_special = c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    if (is_special) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string CodeQualityReport(const model::Report& report) {
  using Json = nlohmann::ordered_json;
  Json issues = Json::array();
  for (const CheckRow& check : ChecksOf(report)) {
    if (!check.is_broken()) continue;
    issues.push_back({{"description", check.message},
                      {"check_name", "performance-regression"},
                      {"fingerprint", Fingerprint(check)},
                      {"severity", check.severity == "fail" ? "major" : "minor"},
                      {"location",
                       {{"path", check.file.empty() ? "unknown" : check.file},
                        {"lines", {{"begin", std::max<int64_t>(1, check.line)}}}}}});
  }
  return issues.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string Annotations(const model::Report& report) {
  std::string out;
  for (const CheckRow& check : ChecksOf(report)) {
    if (!check.is_broken()) continue;
    std::string properties;
    if (!check.file.empty())
      properties =
          fmt::format("file={},line={},", CommandText(TerminalText(check.file), true), std::max<int64_t>(1, check.line));
    std::string text = TerminalText(check.message);
    for (const std::string& line : check.evidence) text += "\n" + TerminalText(line);
    out += fmt::format("::{} {}title={}::{}\n", check.severity == "fail" ? "error" : "warning", properties,
                       CommandText(TerminalText(check.name + " " + check.metric), true), CommandText(text, false));
  }
  if (FieldText(report, "verdict") == "unknown")
    out += fmt::format("::warning title=goprof::{}\n", CommandText(TerminalText(report.answer), false));
  return out;
}

}  // namespace render
