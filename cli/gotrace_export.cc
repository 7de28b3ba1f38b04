#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "analysis/store/trace_tables.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

// A name beside the one that is wanted; what is there goes away unless it was renamed.
class Beside {
 public:
  explicit Beside(const std::string& path) : path_(path), pending_(fmt::format("{}.{}.tmp", path, ::getpid())) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside() {
    std::error_code ignored;
    fs::remove_all(pending_, ignored);
  }
  const std::string& pending() const { return pending_; }
  void Commit() const {
    std::error_code error;
    fs::rename(pending_, path_, error);
    if (error) throw model::InputError(path_, fmt::format("can't write: {}", error.message()));
  }

 private:
  std::string path_;
  std::string pending_;
};

void WriteDatabase(const std::string& path, model::EventSource& source) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    throw model::InputError(path, "can't write a database there: it is no file");
  }
  const Beside beside(path);
  {
    analysis::Database database(beside.pending(), analysis::OpenFor::kFilling);
    FillTraceTables(database, source);
  }
  beside.Commit();
}

void WriteFolder(const std::string& path, model::EventSource& source) {
  std::error_code error;
  if (fs::exists(path, error)) throw model::InputError(path, "is there already; wanted the name of a folder to make");
  const Beside beside(path);
  if (!fs::create_directory(beside.pending(), error)) {
    throw model::InputError(path, fmt::format("can't write: {}", error.message()));
  }
  analysis::Database database("", analysis::OpenFor::kFilling);
  FillTraceTables(database, source);
  for (const analysis::TraceTable& table : TraceTablesOf(database)) {
    if (table.is_view) continue;
    OutputFile file((fs::path(beside.pending()) / (table.name + ".csv")).string());
    std::string text;
    RunQuery(
        database, fmt::format("SELECT * FROM {}", table.name),
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
  beside.Commit();
}

}  // namespace

int RunGotraceExport(Arguments arguments) {
  CommandLine line(
      "gotrace", "export TRACE --sqlite FILE|--csv FOLDER",
      "Writes everything in a trace as an SQLite database, or its tables as CSV files into a new folder, for SQL,\n"
      "spreadsheets and notebooks. docs/trace-schema.md describes the tables; `gotrace query` asks without a file.");
  line.options().add_options()("sqlite", po::value<std::string>()->value_name("FILE"), "write a database to FILE")(
      "csv", po::value<std::string>()->value_name("FOLDER"),
      "write a file for each table into FOLDER, which must not be there");
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  const bool is_database = line.values().count("sqlite") != 0;
  if (is_database == (line.values().count("csv") != 0)) throw model::UsageError("wanted one of --sqlite and --csv");
  const auto source = OpenTrace(line, path);
  if (is_database) {
    WriteDatabase(line.Text("sqlite"), *source);
  } else {
    WriteFolder(line.Text("csv"), *source);
  }
  WarnOfDamage(*source, path);
  return kClean;
}

}  // namespace cli
