#include <fmt/format.h>

#include <fstream>

#include "analysis/store/trace_tables.h"
#include "cli/commands.h"
#include "cli/open_trace_part.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {
namespace {

constexpr std::string_view kDatabaseBegins("SQLite format 3\0", 16);
constexpr const char* kListing =
    "SELECT type AS kind, name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY type, name";

bool IsDatabase(const std::string& path) {
  std::string begin(kDatabaseBegins.size(), ' ');
  std::ifstream file(path, std::ios::binary);
  return file.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == kDatabaseBegins;
}

struct Answer {
  analysis::ColumnNames columns;
  std::vector<model::ValueList> rows;
};

// Rows of several inputs have the input's name in front.
void Ask(analysis::Database& database, const std::string& path, bool is_named, const std::string& sql, Answer& answer) {
  RunQuery(
      database, sql,
      [&](const analysis::ColumnNames& names) {
        answer.columns = names;
        if (is_named) answer.columns.insert(answer.columns.begin(), "trace");
      },
      [&](const model::ValueList& row) {
        answer.rows.push_back(row);
        if (is_named) answer.rows.back().insert(answer.rows.back().begin(), model::Value(path));
      });
}

// A name that says its unit as the schema's do is shown in it.
const char* UnitOf(const std::string& column) {
  return column.ends_with("_ns") ? "nanoseconds" : column.ends_with("_share") ? "ratio" : "";
}

model::Report ToReport(const Answer& answer, const std::string& sql, size_t rows_shown) {
  model::Report report{.title = "query",
                       .answer = fmt::format("{} row{}.", answer.rows.size(), answer.rows.size() == 1 ? "" : "s")};
  report.blocks.emplace_back(model::Data{"query", sql});
  model::Table table{.key = "rows", .rows = answer.rows, .rows_shown = rows_shown};
  for (const std::string& column : answer.columns) table.columns.push_back({column, column, UnitOf(column)});
  report.blocks.emplace_back(std::move(table));
  return report;
}

std::string Csv(const Answer& answer) {
  std::string text = analysis::CsvLine(answer.columns);
  for (const model::ValueList& row : answer.rows) text += analysis::CsvLine(row);
  return text;
}

}  // namespace

int RunGotraceQuery(Arguments arguments) {
  CommandLine line("gotrace", "query TRACE|DATABASE .. \"SELECT ..\"",
                   "Runs an SQL query over a trace, or over a database that `gotrace export --sqlite` wrote. Of several\n"
                   "inputs each is asked, and its rows have its name in front. Without a query: the tables and views.");
  line.options().add_options()("csv", po::bool_switch(), "print the rows as CSV");
  AddRowsOption(line.options(), "rows to show; 0 shows all (CSV and JSON have all)");
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  auto inputs = line.Inputs(1);
  const bool is_listing = inputs.size() == 1;
  const std::string sql = is_listing ? kListing : inputs.back();
  if (!is_listing) inputs.pop_back();

  Answer answer;
  std::vector<std::unique_ptr<model::EventSource>> sources;
  for (const std::string& path : inputs) {
    if (IsDatabase(path)) {
      if (!TraceWindowOf(line).empty())
        throw model::UsageError(fmt::format("{}: is a database, which has all of its trace: no --from or --to", path));
      analysis::Database database(path, analysis::OpenFor::kReading);
      Ask(database, path, inputs.size() > 1, sql, answer);
      continue;
    }
    sources.push_back(OpenTracePart(line, path));
    analysis::Database database("", analysis::OpenFor::kFilling);
    FillTraceTables(database, *sources.back());
    Ask(database, path, inputs.size() > 1, sql, answer);
    if (line.Flag("csv") || inputs.size() > 1) WarnOfDamage(*sources.back(), path);
  }
  if (line.Flag("csv")) {
    line.Write(Csv(answer));
    return kClean;
  }
  const model::Report report = ToReport(answer, sql, is_listing ? SIZE_MAX : RowsOf(line));
  return sources.size() == 1 && inputs.size() == 1 ? EmitTraceReport(line, report, *sources[0]) : line.Emit(report);
}

}  // namespace cli
