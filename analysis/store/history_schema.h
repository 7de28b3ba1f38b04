#pragma once

#include "analysis/store/database.h"

namespace analysis {

constexpr int kApplicationId = 0x676f7066;  // "gopf", in the file's header
constexpr int kSchemaVersion = 1;           // the file's user_version

// Brings an empty or older file to the version above, one step after the other, in one transaction.
void MigrateHistory(Database& database);

}  // namespace analysis
