#include "render/check_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace render {
namespace {

std::string TextOf(const model::Value& value) {
  const auto* text = std::get_if<std::string>(&value.kind());
  return text == nullptr ? "" : *text;
}

void SetMember(CheckRow& row, std::string_view key, const model::Value& value) {
  if (key == "name") row.name = TextOf(value);
  if (key == "metric") row.metric = TextOf(value);
  if (key == "outcome") row.outcome = TextOf(value);
  if (key == "severity") row.severity = TextOf(value);
  if (key == "unit") row.unit = TextOf(value);
  if (key == "why") row.message = TextOf(value);
  if (key == "file") row.file = TextOf(value);
  if (key == "line") row.line = static_cast<int64_t>(value.number().value_or(0));
  if (key == "before") row.before = value.number();
  if (key == "after") row.after = value.number();
  if (key == "ratio") row.ratio = value.number();
  if (key == "p_value") row.p_value = value.number();
}

void AddTable(std::vector<CheckRow>& rows, const model::Table& table) {
  for (const model::ValueList& cells : table.rows) {
    CheckRow row;
    for (size_t i = 0; i < cells.size(); ++i) SetMember(row, table.columns[i].key, cells[i]);
    rows.push_back(std::move(row));
  }
}

void SetMembers(CheckRow& row, const model::Finding& finding) {
  const auto* object = std::get_if<model::ValueObject>(&finding.data.kind());
  if (object == nullptr) return;
  for (const auto& [key, value] : *object) SetMember(row, key, value);
}

void AddFindings(std::vector<CheckRow>& rows, const model::Findings& findings) {
  for (const model::Finding& finding : findings.rows) {
    CheckRow named;
    SetMembers(named, finding);
    auto row = std::ranges::find_if(
        rows, [&](const CheckRow& other) { return other.name == named.name && other.metric == named.metric; });
    if (row == rows.end()) row = rows.insert(rows.end(), named);
    SetMembers(*row, finding);
    row->outcome = "broken";
    row->severity = finding.severity == model::Severity::kError ? "fail" : "warn";
    row->message = finding.title;
    row->evidence = finding.evidence;
  }
}

}  // namespace

std::vector<CheckRow> ChecksOf(const model::Report& report) {
  std::vector<CheckRow> rows;
  for (const model::Block& block : report.blocks) {
    const auto* table = std::get_if<model::Table>(&block);
    if (table != nullptr && table->key == "checks") AddTable(rows, *table);
  }
  for (const model::Block& block : report.blocks) {
    if (const auto* findings = std::get_if<model::Findings>(&block)) AddFindings(rows, *findings);
  }
  return rows;
}

std::string Fingerprint(const CheckRow& check) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : check.name + '\n' + check.metric) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

std::string FieldText(const model::Report& report, std::string_view key) {
  for (const model::Block& block : report.blocks) {
    const auto* fields = std::get_if<model::Fields>(&block);
    if (fields == nullptr) continue;
    for (const model::Field& field : fields->rows) {
      if (field.key == key) return TextOf(field.value);
    }
  }
  return "";
}

}  // namespace render
