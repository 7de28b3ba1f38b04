#include "render/sarif_report.h"

#include <nlohmann/json.hpp>

#include "render/check_list.h"

namespace render {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRegression = "performance-regression";

Json Rules() {
  return Json::array({{{"id", kRegression},
                       {"name", "PerformanceRegression"},
                       {"shortDescription", {{"text", "Costs more than before, or than its budget allows"}}},
                       {"fullDescription",
                        {{"text",
                          "A function, a group of functions or the total grew beyond noise and by a worthwhile amount, or "
                          "is beyond the budget that the rules file gives it."}}},
                       {"defaultConfiguration", {{"level", "error"}}},
                       {"helpUri", "https://go.dev/blog/pprof"},
                       {"properties", {{"tags", Json::array({"performance"})}}}}});
}

// RFC 3986: what a path may hold stays, the rest is percent-encoded.
std::string Uri(const std::string& path) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += {'%', kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]};
    }
  }
  return uri;
}

Json Location(const CheckRow& check) {
  Json location = {{"logicalLocations", Json::array({{{"fullyQualifiedName", check.name}, {"kind", "function"}}})}};
  if (check.file.empty()) return location;
  location["physicalLocation"] = {{"artifactLocation", {{"uri", Uri(check.file)}}}};
  if (check.line > 0) location["physicalLocation"]["region"] = {{"startLine", check.line}};
  return location;
}

Json Result(const CheckRow& check) {
  std::string text = check.message;
  for (const std::string& line : check.evidence) text += "\n" + line;
  return {{"ruleId", kRegression},
          {"ruleIndex", 0},
          {"level", check.severity == "fail" ? "error" : "warning"},
          {"message", {{"text", text}}},
          {"locations", Json::array({Location(check)})},
          {"partialFingerprints", {{"goprofCheck/v1", Fingerprint(check)}}}};
}

}  // namespace

std::string SarifReport(const model::Report& report) {
  Json results = Json::array();
  for (const CheckRow& check : ChecksOf(report)) {
    if (check.is_broken()) results.push_back(Result(check));
  }
  const bool is_unknown = FieldText(report, "verdict") == "unknown";
  Json invocation = {{"executionSuccessful", !is_unknown}};
  if (is_unknown) {
    invocation["toolExecutionNotifications"] = Json::array({{{"level", "error"}, {"message", {{"text", report.answer}}}}});
  }
  const Json document = {
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs", Json::array({{{"tool", {{"driver", {{"name", "goprof"}, {"version", "0.1.0"}, {"rules", Rules()}}}}},
                             {"invocations", Json::array({invocation})},
                             {"columnKind", "utf16CodeUnits"},
                             {"results", std::move(results)}}})}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace render
