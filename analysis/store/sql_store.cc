#include "analysis/store/sql_store.h"

#include "analysis/store/postgres_store.h"
#include "analysis/store/sqlite_store.h"

namespace analysis {

void SqlStatement::Run() {
  while (Step()) {
  }
}

SqlTransaction::SqlTransaction(SqlStore& database) : database_(database) { database_.Begin(); }
SqlTransaction::~SqlTransaction() {
  if (is_open_) database_.Rollback();
}
void SqlTransaction::Commit() {
  database_.Commit();
  is_open_ = false;
}

std::unique_ptr<SqlStore> OpenStore(const std::string& where, OpenFor purpose, std::chrono::milliseconds wait) {
  if (where.starts_with("postgresql://") || where.starts_with("postgres://")) return OpenPostgres(where, purpose, wait);
  return OpenSqlite(where, purpose, wait);
}

}  // namespace analysis
