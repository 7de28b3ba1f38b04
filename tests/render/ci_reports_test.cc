#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "render/check_list.h"
#include "render/code_quality_report.h"
#include "render/junit_report.h"
#include "render/markdown_report.h"
#include "render/openmetrics_report.h"
#include "render/sarif_report.h"
#include "tests/support/places.h"

// The forms that CI systems read, from a report whose names do their worst. Outside programs look at them where they are
// installed: xmllint, and Debian's Python with junitparser, prometheus_client, jsonschema; the schema
// comes with a Go module.
namespace {

const std::string kNasty = "a<b>&\"'`|#1@team ]]>\n::error::\x01\xff é";

model::Value Check(const std::string& name, const std::string& metric) {
  return model::ValueObject{{"name", name}, {"metric", metric}, {"file", "cart/the price.go"}, {"line", int64_t{42}}};
}

model::Report Example() {
  model::Report report{.title = "Performance gate", .answer = "fail: " + kNasty, .found = true};
  report.blocks.push_back(model::Fields{{{.key = "verdict", .value = "fail"}}});
  model::Findings findings{.key = "findings"};
  findings.rows.push_back(
      {model::Severity::kError, "main.f cpu flat: 1s -> 2s", {"2 times what it was"}, Check("main.f", "cpu flat")});
  findings.rows.push_back({model::Severity::kWarning, kNasty, {kNasty}, Check(kNasty, "cpu cum")});
  report.blocks.push_back(findings);
  model::Table table{.key = "checks", .title = "Everything that was checked"};
  for (const char* key : {"outcome", "name", "metric", "unit", "why", "severity"})
    table.columns.push_back({.key = key, .label = key});
  table.columns.push_back({.key = "before", .label = "before", .unit = "nanoseconds"});
  table.columns.push_back({.key = "ratio", .label = "times"});
  table.rows.push_back({"broken", "main.f", "cpu flat", "nanoseconds", "beyond noise", "fail", int64_t{1000000000}, 2.0});
  table.rows.push_back({"broken", kNasty, "cpu cum", "nanoseconds", kNasty, "warn", int64_t{-5}, 1.5});
  table.rows.push_back({"fine", "main.g", "cpu flat", "nanoseconds", "did not grow", "fail", int64_t{7}, 1.0});
  report.blocks.push_back(table);
  return report;
}

struct Checked {
  bool was_run = false;
  std::string output;
};

// Runs `command FILE`; was_run is false where `probe` fails, that is, where the outside program is not installed.
Checked Outside(const std::string& probe, const std::string& command, const std::string& bytes, const std::string& name) {
  if (std::system((probe + " >/dev/null 2>&1").c_str()) != 0) {
    MESSAGE("not installed, so not asked: " << probe);
    return {};
  }
  const std::string folder = std::string(test_support::kBinaryDir) + "/ci_reports";
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  FILE* pipe = ::popen((command + " '" + path + "' 2>&1 && echo accepted").c_str(), "r");
  Checked checked{.was_run = true};
  char buffer[4096];
  while (const size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) checked.output.append(buffer, got);
  ::pclose(pipe);
  return checked;
}

std::string Script(const char* name) {
  return std::string("/usr/bin/python3 '") + test_support::kSourceDir + "/tests/render/outside/" + name + "'";
}

}  // namespace

TEST_CASE("JUnit XML is read by others as three cases with one failure") {
  const std::string xml = render::JunitReport(Example());
  const Checked lint = Outside("xmllint --version", "xmllint --noout", xml, "lint.xml");
  if (lint.was_run) CHECK(lint.output == "accepted\n");
  const Checked parsed = Outside("/usr/bin/python3 -c 'import junitparser'", Script("read_junit.py"), xml, "junit.xml");
  if (parsed.was_run)
    CHECK(parsed.output == "3 tests, 1 failures, 0 errors\nmain.f failed: main.f cpu flat: 1s -> 2s\naccepted\n");
}

TEST_CASE("a gate that could not judge is an error in JUnit XML, not a success") {
  model::Report report{.title = "Performance gate", .answer = "unknown: need more samples"};
  report.blocks.push_back(model::Fields{{{.key = "verdict", .value = "unknown"}}});
  const std::string xml = render::JunitReport(report);
  CHECK(xml.find("tests=\"1\" failures=\"0\" errors=\"1\"") != std::string::npos);
  CHECK(xml.find("<error type=\"unknown\" message=\"unknown: need more samples\"/>") != std::string::npos);
}

TEST_CASE("OpenMetrics text is read by Prometheus' own parser, names and all") {
  const Checked parsed = Outside("/usr/bin/python3 -c 'import prometheus_client'", Script("read_openmetrics.py"),
                                 render::OpenMetricsReport(Example()), "m.txt");
  if (parsed.was_run) {
    CHECK(parsed.output ==
          "goprof_before gauge 3 samples\ngoprof_after gauge 0 samples\ngoprof_ratio gauge 3 samples\ngoprof_verdict "
          "stateset 3 samples\n"
          "main.f before 1000000000\naccepted\n");
  }
}

TEST_CASE("SARIF holds what its standard asks for, and its fingerprints don't move with numbers") {
  const auto document = nlohmann::json::parse(render::SarifReport(Example()));
  CHECK(document["version"] == "2.1.0");
  const auto& results = document["runs"][0]["results"];
  REQUIRE(results.size() == 2);
  CHECK(results[0]["level"] == "error");
  CHECK(results[1]["level"] == "warning");
  const auto& place = results[0]["locations"][0]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"] == "cart/the%20price.go");
  CHECK(place["region"]["startLine"] == 42);
  CHECK(results[0]["partialFingerprints"]["goprofCheck/v1"] ==
        render::Fingerprint({.name = "main.f", .metric = "cpu flat", .before = 3}));
  CHECK(render::Fingerprint({.name = "main.f", .metric = "cpu flat"}) !=
        render::Fingerprint({.name = "main.f", .metric = "cpu cum"}));
  const std::string schema = std::string(test_support::kBinaryDir) + "/sarif_schema.json";
  const Checked valid = Outside("/usr/bin/python3 -c 'import jsonschema' && { test -s '" + schema + "' || " +
                                    Script("sarif_schema.py") + " '" + schema + "'; }",
                                Script("check_schema.py") + " '" + schema + "'", render::SarifReport(Example()), "report.sarif");
  if (valid.was_run) CHECK(valid.output == "accepted\n");
}

TEST_CASE("code quality issues have GitLab's five members") {
  const auto issues = nlohmann::json::parse(render::CodeQualityReport(Example()));
  REQUIRE(issues.size() == 2);
  CHECK(issues[0]["description"] == "main.f cpu flat: 1s -> 2s");
  CHECK(issues[0]["severity"] == "major");
  CHECK(issues[0]["location"] == nlohmann::json::parse(R"({"path":"cart/the price.go","lines":{"begin":42}})"));
  CHECK(issues[0]["fingerprint"] != issues[1]["fingerprint"]);
  CHECK(issues[1]["check_name"] == "performance-regression");
}

TEST_CASE("an annotation is one line, whatever a name holds") {
  const std::string text = render::Annotations(Example());
  CHECK(std::ranges::count(text, '\n') == 2);
  CHECK(
      text.starts_with("::error file=cart/the price.go,line=42,title=main.f cpu flat::main.f cpu flat: 1s -> 2s%0A2 times "
                       "what it was\n::warning "));
}

TEST_CASE("names can't become markup in Markdown") {
  CHECK(render::MarkdownText("a<b> & *c* _d_ [e](f) @team #1 `g` |") ==
        "a&lt;b&gt; &amp; \\*c\\* \\_d\\_ \\[e\\](f) &#64;team &#35;1 \\`g\\` \\|");
  CHECK(render::MarkdownCode("a`b|c") == "``a`b\\|c``");
  CHECK(render::MarkdownCode("`") == "`` ` ``");
  const std::string text = render::MarkdownReport(Example(), {.marker = "<!-- goprof-gate -->"});
  CHECK(text.starts_with("<!-- goprof-gate -->\n### Performance gate\n"));
  const std::string prose = text.substr(0, text.find("<details>"));  // in the table names stand in code spans
  CHECK(prose.find("<b>") == std::string::npos);
  CHECK(prose.find("@team") == std::string::npos);
  CHECK(text.substr(prose.size()).find(" ``a<b>&\"'`\\|#1@team ") != std::string::npos);
}

TEST_CASE("a summary stays below its size, its tables are closed, and it says that it is cut") {
  model::Report report = Example();
  auto& table = std::get<model::Table>(report.blocks.back());
  for (int i = 0; i < 100000; ++i) table.rows.push_back(table.rows[2]);
  const std::string text = render::MarkdownReport(report);
  CHECK(text.size() <= 900 * 1024);
  CHECK(text.size() > 890 * 1024);
  CHECK(text.find("</details>") != std::string::npos);
  CHECK(text.ends_with("This summary is cut: it has reached its size. The text and JSON reports have all of it.\n"));
}
