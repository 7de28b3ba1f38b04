#pragma once

#include "analysis/store/sql_store.h"

// A PostgreSQL server, by libpq; the only place that knows it. Our tables stand in a schema of their own, `goprof`, whose
// table `version` has one row. Writers take an advisory lock, so one adds at a time, as with a file; readers never wait.
namespace analysis {

// `url` as libpq takes it: postgresql://user@host:port/database?sslmode=.. A password is better put into ~/.pgpass or
// PGPASSWORD; it is left out of messages.
std::unique_ptr<SqlStore> OpenPostgres(const std::string& url, OpenFor purpose, std::chrono::milliseconds wait);

}  // namespace analysis
