#include <fmt/format.h>

#include <algorithm>

#include "analysis/trace/cross_check.h"

namespace analysis {
namespace {

model::Table Rows(const ProfileCheck& profile, const CrossCheck& check, size_t rows_shown) {
  const bool is_cpu = profile.kind == ProfileKind::kCpu, is_time = check.unit == "nanoseconds";
  model::Table table{.title = fmt::format("{} profile: {}", Name(profile.kind), check.question), .rows_shown = rows_shown};
  table.columns = {{"profile", "profile", check.unit}, {"trace", "trace", check.unit}};
  if (is_cpu) table.columns.push_back({"blocked_ns", "blocked there", "nanoseconds"});
  if (is_time) table.columns.push_back({"open_ns", "not over", "nanoseconds"});
  table.columns.push_back({"name", is_time ? "line" : "function", ""});
  table.columns.push_back({"reason", "where they differ", ""});
  for (const CheckRow& row : check.rows) {
    model::ValueList cells = {row.profile, row.trace};
    if (is_cpu) cells.emplace_back(row.blocked_ns);
    if (is_time) cells.emplace_back(row.open_ns);
    cells.emplace_back(row.name.empty() ? "(not known)" : row.name);
    cells.emplace_back(row.reason);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

model::Value AsData(const CrossCheck& check) {
  model::ValueList rows;
  for (const CheckRow& row : check.rows) {
    rows.emplace_back(model::ValueObject{{"name", row.name},
                                         {"profile", row.profile},
                                         {"trace", row.trace},
                                         {"blocked_ns", row.blocked_ns},
                                         {"open_ns", row.open_ns},
                                         {"agreement", std::string(Name(row.agreement))},
                                         {"reason", row.reason}});
  }
  return model::ValueObject{{"question", check.question},
                            {"agreement", std::string(Name(check.agreement))},
                            {"answer", check.answer},
                            {"unit", check.unit},
                            {"rows", std::move(rows)}};
}

}  // namespace

model::Report CrossCheckReport(const TraceSide& trace, const std::vector<ProfileCheck>& profiles, size_t rows_shown) {
  model::Report report{.title = "cross-check"};
  model::Table questions{.title = "Questions"};
  questions.columns = {{"profile", "profile", ""}, {"question", "question", ""}, {"agreement", "", ""}, {"answer", "", ""}};
  model::ValueList data;
  size_t disagreements = 0, explained = 0;
  std::string first;
  for (const ProfileCheck& profile : profiles) {
    model::ValueList checks;
    for (const CrossCheck& check : profile.checks) {
      disagreements += check.agreement == Agreement::kDisagree;
      explained += check.agreement == Agreement::kExplained;
      if (check.agreement == Agreement::kDisagree && first.empty()) {
        first = fmt::format("{} ({}): {}", profile.file, check.question, check.answer);
      }
      questions.rows.push_back(
          {std::string(Name(profile.kind)), check.question, std::string(Name(check.agreement)), check.answer});
      checks.push_back(AsData(check));
    }
    data.emplace_back(model::ValueObject{
        {"file", profile.file}, {"kind", std::string(Name(profile.kind))}, {"checks", std::move(checks)}});
  }
  report.found = disagreements > 0;
  report.answer = disagreements > 0 ? fmt::format("Trace and profiles disagree in {} point{}; first {}.", disagreements,
                                                  disagreements == 1 ? "" : "s", first)
                                    : fmt::format("Trace and profiles agree{}.",
                                                  explained == 0 ? ""
                                                                 : fmt::format("; {} difference{} explained", explained,
                                                                               explained == 1 ? " is" : "s are"));
  report.blocks.emplace_back(model::Fields{{{"disagreements", "", static_cast<uint64_t>(disagreements), "count"},
                                            {"explained", "", static_cast<uint64_t>(explained), "count"},
                                            {"trace_ns", "", trace.length, "nanoseconds"}}});
  report.blocks.emplace_back(std::move(questions));
  for (const ProfileCheck& profile : profiles) {
    for (const CrossCheck& check : profile.checks) {
      if (!check.rows.empty()) report.blocks.emplace_back(Rows(profile, check, rows_shown));
    }
  }
  report.blocks.emplace_back(model::Data{"profiles", std::move(data)});
  return report;
}

}  // namespace analysis
