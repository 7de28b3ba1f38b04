#include "analysis/store/history_schema.h"

#include <iterator>

namespace analysis {
namespace {

// Step i leads from version i to version i + 1. A step that was released is never changed.
constexpr const char* kSteps[] = {
    R"(
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE stack (id INTEGER PRIMARY KEY, caller INTEGER NOT NULL, name INTEGER NOT NULL REFERENCES name, UNIQUE (caller, name));
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  file TEXT NOT NULL,
  time_nanos INTEGER NOT NULL,
  duration_nanos INTEGER NOT NULL,
  period INTEGER NOT NULL,
  period_type TEXT NOT NULL,
  period_unit TEXT NOT NULL,
  samples INTEGER NOT NULL,
  commit_id TEXT NOT NULL,
  branch TEXT NOT NULL,
  machine TEXT NOT NULL,
  go_version TEXT NOT NULL,
  outcome TEXT NOT NULL,
  stacks BLOB NOT NULL,
  functions BLOB NOT NULL
);
CREATE INDEX run_by_time ON run (branch, time_nanos, id);
CREATE TABLE run_type (
  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, position INTEGER NOT NULL, type TEXT NOT NULL, unit TEXT NOT NULL,
  total INTEGER NOT NULL, PRIMARY KEY (run, position)) WITHOUT ROWID;
CREATE TABLE run_label (
  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, key TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (run, key, text)) WITHOUT ROWID;
)",
};
static_assert(std::size(kSteps) == kSchemaVersion);

}  // namespace

void MigrateHistory(SqlStore& database) {
  SqlTransaction transaction(database);
  const auto from = static_cast<size_t>(database.Version().value_or(0));  // again: another writer may have been faster
  for (size_t step = from; step < std::size(kSteps); ++step) database.Execute(kSteps[step]);
  if (from < std::size(kSteps)) database.SetVersion(kSchemaVersion);
  transaction.Commit();
}

}  // namespace analysis
