#include <fmt/format.h>

#include "analysis/store/trace_tables.h"

namespace analysis {
namespace {

std::string Field(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string Field(const model::Value& value) {
  if (value.is_null()) return "";
  if (const auto* number = std::get_if<int64_t>(&value.kind())) return fmt::format("{}", *number);
  if (const auto* real = std::get_if<double>(&value.kind())) return fmt::format("{}", *real);
  return Field(std::get<std::string>(value.kind()));
}

template <class Row>
std::string Line(const Row& row) {
  std::string line;
  bool is_first = true;
  for (const auto& field : row) {
    if (!is_first) line += ",";
    is_first = false;
    line += Field(field);
  }
  return line + '\n';
}

}  // namespace

std::vector<TraceTable> TraceTablesOf(Database& database) {
  std::vector<TraceTable> tables;
  Statement rows = database.Prepare("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid");
  while (rows.Step()) tables.push_back({.name = rows.Text(0), .is_view = rows.Text(1) == "view"});
  return tables;
}

void RunQuery(Database& database, std::string_view sql, const std::function<void(const ColumnNames&)>& columns,
              const std::function<void(const model::ValueList&)>& row) {
  Statement statement = database.PrepareQuery(sql);
  ColumnNames names;
  for (int at = 0; at < statement.columns(); ++at) names.push_back(statement.ColumnName(at));
  columns(names);
  while (statement.Step()) {
    model::ValueList values;
    for (int at = 0; at < statement.columns(); ++at) values.push_back(statement.At(at));
    row(values);
  }
}

std::string CsvLine(const ColumnNames& names) { return Line(names); }
std::string CsvLine(const model::ValueList& row) { return Line(row); }

}  // namespace analysis
