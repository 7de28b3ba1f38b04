#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "analysis/store/trace_tables.h"
#include "cli/commands.h"
#include "cli/on_interrupt.h"
#include "cli/open_trace_part.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

// A name beside the one that is wanted; what is there goes away unless it was renamed.
class Beside {
 public:
  explicit Beside(const std::string& path)
      : path_(path), pending_(fmt::format("{}.{}.tmp", path, ::getpid())), interrupted_([this] { Remove(); }) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside() { Remove(); }
  const std::string& pending() const { return pending_; }
  void Commit() const {
    std::error_code error;
    fs::rename(pending_, path_, error);
    if (error) throw model::InputError(path_, fmt::format("can't write: {}", error.message()));
  }

 private:
  void Remove() const {
    std::error_code ignored;
    fs::remove_all(pending_, ignored);
  }

  std::string path_;
  std::string pending_;
  OnInterrupt interrupted_;
};

// Reads the trace, and then says how far the indices are.
void Fill(analysis::Database& database, model::EventSource& source, const std::string& path) {
  Progress progress("building indices of " + path);
  FillTraceTables(database, source, [&](int done, int all) { progress.UpdateSteps(done, all); });
}

void WriteDatabase(const Beside& beside, model::EventSource& source, const std::string& path) {
  {
    analysis::Database database(beside.pending(), analysis::OpenFor::kFilling);
    Fill(database, source, path);
  }
  beside.Commit();
}

void WriteTable(analysis::Database& database, const std::string& name, const fs::path& path) {
  OutputFile file(path.string());
  std::string text;
  RunQuery(
      database, fmt::format("SELECT * FROM {}", name),
      [&](const analysis::ColumnNames& names) { text = analysis::CsvLine(names); },
      [&](const model::ValueList& row) {
        text += analysis::CsvLine(row);
        if (text.size() < (1 << 16)) return;
        file.Write(text);
        text.clear();
      });
  file.Write(text);
  file.Commit();
}

void WriteFolder(const Beside& beside, model::EventSource& source, const std::string& path) {
  std::error_code error;
  if (!fs::create_directory(beside.pending(), error)) {
    throw model::InputError(path, fmt::format("can't write: {}", error.message()));
  }
  analysis::Database database("", analysis::OpenFor::kFilling);
  Fill(database, source, path);
  for (const analysis::TraceTable& table : TraceTablesOf(database)) {
    if (!table.is_view) WriteTable(database, table.name, fs::path(beside.pending()) / (table.name + ".csv"));
  }
  beside.Commit();
}

void CheckTarget(const std::string& path, bool is_database) {
  std::error_code error;
  if (!is_database && fs::exists(path, error)) {
    throw model::InputError(path, "is there already; wanted the name of a folder to make");
  }
  if (is_database && fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    throw model::InputError(path, "can't write a database there: it is no file");
  }
}

}  // namespace

int RunGotraceExport(Arguments arguments) {
  CommandLine line(
      "gotrace", "export TRACE --sqlite FILE|--csv FOLDER",
      "Writes everything in a trace as an SQLite database, or its tables as CSV files into a new folder, for SQL,\n"
      "spreadsheets and notebooks. docs/trace-schema.md describes the tables; `gotrace query` asks without a file.",
      Prints::kNothing);
  line.options().add_options()("sqlite", po::value<std::string>()->value_name("FILE"), "write a database to FILE")(
      "csv", po::value<std::string>()->value_name("FOLDER"),
      "write a file for each table into FOLDER, which must not be there");
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const bool is_database = line.values().count("sqlite") != 0;
  if (is_database == (line.values().count("csv") != 0)) throw model::UsageError("wanted one of --sqlite and --csv");
  const std::string target = line.Text(is_database ? "sqlite" : "csv");
  CheckTarget(target, is_database);
  const Beside beside(target);
  const auto source = OpenTracePart(line, path);
  is_database ? WriteDatabase(beside, *source, target) : WriteFolder(beside, *source, target);
  WarnOfDamage(*source, path);
  return kClean;
}

}  // namespace cli
