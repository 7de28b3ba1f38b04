#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/store/database.h"

// What the history asks of a database, whichever it is: an SQLite file (sqlite_store.h) or a PostgreSQL server
// (postgres_store.h). SQL is written once, in what both understand: `?` for values (or ?1 where one stands twice),
// INTEGER, BLOB and "INTEGER PRIMARY KEY" for types, RETURNING for the numbers of new rows. Errors are InputError in words
// of what to do.
namespace analysis {

class SqlStatement {
 public:
  virtual ~SqlStatement() = default;
  virtual SqlStatement& Bind(int at, int64_t value) = 0;  // from 1
  virtual SqlStatement& Bind(int at, std::string_view text) = 0;
  virtual SqlStatement& BindBlob(int at, std::string_view bytes) = 0;
  virtual bool Step() = 0;                        // true: a row is there
  virtual int64_t Integer(int column) const = 0;  // from 0
  virtual std::string Text(int column) const = 0;
  virtual std::string Blob(int column) const = 0;
  virtual int64_t Changes() const = 0;  // rows inserted, changed or deleted by the last Step
  void Run();                           // to the end, and ready for the next round
};

constexpr std::chrono::milliseconds kLockWait = std::chrono::seconds(30);

class SqlStore {
 public:
  virtual ~SqlStore() = default;

  virtual std::unique_ptr<SqlStatement> Prepare(std::string_view sql) = 0;
  virtual void Execute(const std::string& sql) = 0;  // one or more statements without values
  virtual const std::string& name() const = 0;       // for messages

  // The schema's version: nullopt where there is nothing yet. Throws where the database is another program's or damaged.
  virtual std::optional<int64_t> Version() = 0;
  virtual void SetVersion(int64_t version) = 0;
  virtual void PrepareForWriting() = 0;  // changes the database; not before it is known to be ours
  virtual void Compact() = 0;            // after much was removed

 protected:
  friend class SqlTransaction;
  virtual void Begin() = 0;  // waits for other writers: one at a time
  virtual void Commit() = 0;
  virtual void Rollback() noexcept = 0;
};

// All or nothing; rolls back unless committed.
class SqlTransaction {
 public:
  explicit SqlTransaction(SqlStore& database);
  SqlTransaction(const SqlTransaction&) = delete;
  SqlTransaction& operator=(const SqlTransaction&) = delete;
  ~SqlTransaction();
  void Commit();

 private:
  SqlStore& database_;
  bool is_open_ = true;
};

// "postgresql://.." is a server, anything else a file. kReading wants it to be there. `wait` is how long another writer may
// hold it.
std::unique_ptr<SqlStore> OpenStore(const std::string& where, OpenFor purpose, std::chrono::milliseconds wait = kLockWait);

}  // namespace analysis
