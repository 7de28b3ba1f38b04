#pragma once

#include "analysis/store/sql_store.h"

namespace analysis {

constexpr int64_t kSchemaVersion = 1;

// Brings an empty or older database to the version above, one step after the other, in one transaction.
void MigrateHistory(SqlStore& database);

}  // namespace analysis
