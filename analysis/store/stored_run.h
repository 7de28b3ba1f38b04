#pragma once

#include "analysis/store/history.h"

// Rows of the history's tables, read back.
namespace analysis {

// What RunOf wants to stand in a row first; a further column is number kNextColumn.
constexpr const char* kRunColumns =
    "id, file, time_nanos, samples, commit_id, branch, machine, go_version, outcome, duration_nanos, period, period_type, "
    "period_unit ";
constexpr int kNextColumn = 13;
StoredRun RunOf(SqlStore& database, const SqlStatement& row);

inline uint32_t Number(int64_t id) { return static_cast<uint32_t>(id); }

[[noreturn]] void ThrowDamaged(const SqlStore& database, int64_t run);
RunRows Unpack(const SqlStore& database, int64_t run, const std::string& blob);

}  // namespace analysis
