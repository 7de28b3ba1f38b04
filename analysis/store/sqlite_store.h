#pragma once

#include "analysis/store/sql_store.h"

// One SQLite file (database.h); ours if its header holds our application id. Its user_version is the schema's. Looked over
// when it is opened.
namespace analysis {

std::unique_ptr<SqlStore> OpenSqlite(const std::string& path, OpenFor purpose, std::chrono::milliseconds wait);

}  // namespace analysis
