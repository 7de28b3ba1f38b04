#include "analysis/store/stored_run.h"

#include <fmt/format.h>

#include "model/input_error.h"

namespace analysis {

StoredRun RunOf(SqlStore& database, const SqlStatement& row) {
  StoredRun run{.id = row.Integer(0), .file = row.Text(1), .time_nanos = row.Integer(2), .samples = row.Integer(3)};
  run.tags = {.commit = row.Text(4),
              .branch = row.Text(5),
              .machine = row.Text(6),
              .go_version = row.Text(7),
              .outcome = row.Text(8)};
  const auto types = database.Prepare("SELECT type, unit, total FROM run_type WHERE run = ? ORDER BY position");
  types->Bind(1, run.id);
  while (types->Step()) run.totals.push_back({{types->Text(0), types->Text(1)}, types->Integer(2)});
  const auto labels = database.Prepare("SELECT key, text FROM run_label WHERE run = ? ORDER BY key, text");
  labels->Bind(1, run.id);
  while (labels->Step()) run.tags.labels.emplace_back(labels->Text(0), labels->Text(1));
  return run;
}

[[noreturn]] void ThrowDamaged(const SqlStore& database, int64_t run) {
  throw model::InputError(database.name(), fmt::format("run {} is damaged", run));
}

RunRows Unpack(const SqlStore& database, int64_t run, const std::string& blob) {
  RunRows rows;
  if (!UnpackRows(blob, rows)) ThrowDamaged(database, run);
  return rows;
}

}  // namespace analysis
