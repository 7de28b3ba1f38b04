#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/store/database.h"
#include "model/event_source.h"
#include "model/value.h"

// A trace as SQLite tables: goroutines, their spans, stacks, procs, tasks, regions, logs, ranges, CPU samples, metrics, and
// views that answer common questions. The schema is documented in docs/trace-schema.md; its version is in the table meta and
// goes up when a column changes its meaning or goes away. Times are nanoseconds since the trace's first event.
//
// Written in one pass; memory grows with what is live (goroutines, tasks, regions, ranges) and with stacks, not with events.
namespace analysis {

// Into a database that is empty. `indexing` is told before and after each index how many are made, of how many: they take
// a while after the trace has been read.
using Indexing = std::function<void(int done, int all)>;
void FillTraceTables(Database& database, model::EventSource& source, const Indexing& indexing = {});

struct TraceTable {
  std::string name;
  bool is_view = false;
};
std::vector<TraceTable> TraceTablesOf(Database& database);  // in the order of the schema

// Runs one statement that only reads and hands over the names of its columns, then its rows. UsageError for what SQLite
// does not understand.
using ColumnNames = std::vector<std::string>;
void RunQuery(Database& database, std::string_view sql, const std::function<void(const ColumnNames&)>& columns,
              const std::function<void(const model::ValueList&)>& row);

// RFC 4180, with a line feed alone at the end of lines.
std::string CsvLine(const ColumnNames& names);
std::string CsvLine(const model::ValueList& row);

extern const char* const kTraceSchema;                  // the statements that make the tables
extern const std::array<const char*, 4> kTraceIndices;  // made when the tables are full
extern const char* const kTraceViews;

}  // namespace analysis
