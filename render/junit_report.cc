#include "render/junit_report.h"

#include <fmt/format.h>

#include "render/check_list.h"
#include "render/svg_writer.h"

namespace render {
namespace {

std::string Joined(const CheckRow& check) {
  std::string text = check.message;
  for (const std::string& line : check.evidence) text += "\n" + line;
  return text;
}

std::string Case(const CheckRow& check) {
  const std::string open =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", XmlText("goprof." + check.metric), XmlText(check.name));
  if (!check.is_broken()) return open + "/>\n";
  if (check.severity == "fail") {
    return open + fmt::format(">\n      <failure type=\"regression\" message=\"{}\">{}</failure>\n    </testcase>\n",
                              XmlText(check.message), XmlText(Joined(check)));
  }
  return open + fmt::format(">\n      <system-out>warning: {}</system-out>\n    </testcase>\n", XmlText(Joined(check)));
}

}  // namespace

std::string JunitReport(const model::Report& report) {
  size_t failures = 0;
  const bool is_unknown = FieldText(report, "verdict") == "unknown";
  std::string cases;
  const std::vector<CheckRow> checks = ChecksOf(report);
  for (const CheckRow& check : checks) {
    failures += check.is_broken() && check.severity == "fail";
    cases += Case(check);
  }
  if (is_unknown) {
    cases += fmt::format(
        "    <testcase classname=\"goprof\" name=\"verdict\">\n      <error type=\"unknown\" message=\"{}\"/>\n    "
        "</testcase>\n",
        XmlText(report.answer));
  }
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", checks.size() + is_unknown, failures, is_unknown ? 1 : 0);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite name=\"{1}\" {0} time=\"0\">\n{2}  "
      "</testsuite>\n</testsuites>\n",
      counts, XmlText(report.title), cases);
}

}  // namespace render
