#include "render/openmetrics_report.h"

#include <fmt/format.h>

#include "render/check_list.h"
#include "model/utf8.h"

namespace render {
namespace {

// Backslash, quote and line feed are escaped; the rest is UTF-8, so bytes that are none become U+FFFD.
std::string LabelText(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const model::Utf8Char next = model::DecodeUtf8(text);
    if (!next.is_valid || next.code == '\r' || next.code == 0) {
      out += "\xef\xbf\xbd";
    } else if (next.code == '\n') {
      out += "\\n";
    } else {
      if (next.code == '\\' || next.code == '"') out += '\\';
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

void AddFamily(std::string& out, const std::vector<CheckRow>& checks, const char* family, const char* help,
               std::optional<double> CheckRow::*member) {
  out += fmt::format("# TYPE {0} gauge\n# HELP {0} {1}\n", family, help);
  for (const CheckRow& check : checks) {
    if (!(check.*member)) continue;
    out += fmt::format("{}{{name=\"{}\",metric=\"{}\",unit=\"{}\"}} {}\n", family, LabelText(check.name),
                       LabelText(check.metric), LabelText(check.unit), *(check.*member));
  }
}

}  // namespace

std::string OpenMetricsReport(const model::Report& report) {
  const std::vector<CheckRow> checks = ChecksOf(report);
  std::string out;
  AddFamily(out, checks, "goprof_before", "Mean per run of the baseline, in the unit's base.", &CheckRow::before);
  AddFamily(out, checks, "goprof_after", "Mean per run of the change, in the unit's base.", &CheckRow::after);
  AddFamily(out, checks, "goprof_ratio", "How many times what it was.", &CheckRow::ratio);
  const std::string verdict = FieldText(report, "verdict");
  out += "# TYPE goprof_verdict stateset\n# HELP goprof_verdict What the gate decided.\n";
  for (const char* state : {"fail", "pass", "unknown"}) {
    out += fmt::format("goprof_verdict{{goprof_verdict=\"{}\"}} {}\n", state, verdict == state ? 1 : 0);
  }
  return out + "# EOF\n";
}

}  // namespace render
