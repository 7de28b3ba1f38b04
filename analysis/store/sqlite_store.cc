#include "analysis/store/sqlite_store.h"

#include <fmt/format.h>

#include <utility>

#include "analysis/store/database.h"
#include "model/input_error.h"

namespace analysis {
namespace {

constexpr int64_t kApplicationId = 0x676f7066;  // "gopf", in the file's header

class SqliteStatement : public SqlStatement {
 public:
  SqliteStatement(Database& database, Statement statement) : database_(database), statement_(std::move(statement)) {}

  SqlStatement& Bind(int at, int64_t value) override {
    statement_.Bind(at, value);
    return *this;
  }
  SqlStatement& Bind(int at, std::string_view text) override {
    statement_.Bind(at, text);
    return *this;
  }
  SqlStatement& BindBlob(int at, std::string_view bytes) override {
    statement_.BindBlob(at, bytes);
    return *this;
  }
  bool Step() override { return statement_.Step(); }
  int64_t Integer(int column) const override { return statement_.Integer(column); }
  std::string Text(int column) const override { return statement_.Text(column); }
  std::string Blob(int column) const override { return statement_.Blob(column); }
  int64_t Changes() const override { return database_.Changes(); }

 private:
  Database& database_;
  Statement statement_;
};

class SqliteStore : public SqlStore {
 public:
  SqliteStore(const std::string& path, OpenFor purpose, std::chrono::milliseconds wait)
      : database_(path, purpose), purpose_(purpose) {
    Execute(fmt::format("PRAGMA busy_timeout = {}", wait.count()));
  }

  std::unique_ptr<SqlStatement> Prepare(std::string_view sql) override {
    return std::make_unique<SqliteStatement>(database_, database_.Prepare(sql));
  }
  void Execute(const std::string& sql) override { database_.Execute(sql.c_str()); }
  const std::string& name() const override { return database_.path(); }

  std::optional<int64_t> Version() override {
    // One statement sees one moment: another writer may be making the tables right now.
    Statement look = database_.Prepare(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_master), "
        "(SELECT user_version FROM pragma_user_version)");
    look.Step();
    const int64_t owner = look.Integer(0), tables = look.Integer(1), version = look.Integer(2);
    look.Run();
    const bool is_new = owner == 0 && tables == 0;
    if (is_new && purpose_ == OpenFor::kWriting) return std::nullopt;
    if (owner != kApplicationId)
      throw model::InputError(name(), "is no history of goprof, but a database of another program; nothing was changed");
    if (!std::exchange(is_checked_, true)) CheckWhole();
    return version;
  }
  void SetVersion(int64_t version) override {
    Execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, version));
  }
  void PrepareForWriting() override { database_.UseWriteAheadLog(); }
  void Compact() override { Execute("VACUUM"); }

 protected:
  // IMMEDIATE: the lock is taken, and waited for, before anything is read, so a transaction never fails half way for want of
  // it.
  void Begin() override { Execute("BEGIN IMMEDIATE"); }
  void Commit() override { Execute("COMMIT"); }
  void Rollback() noexcept override {
    try {
      Execute("ROLLBACK");
    } catch (const model::InputError&) {  // what failed before has rolled it back already
    }
  }

 private:
  void CheckWhole() {
    Statement check = database_.Prepare("PRAGMA quick_check(1)");
    const std::string answer = check.Step() ? check.Text(0) : "no answer";
    if (answer == "ok") return;
    throw model::InputError(
        name(),
        fmt::format("is damaged ({}); restore a copy, or save what can be read with `sqlite3 FILE .recover`", answer));
  }

  Database database_;
  OpenFor purpose_;
  bool is_checked_ = false;
};

}  // namespace

std::unique_ptr<SqlStore> OpenSqlite(const std::string& path, OpenFor purpose, std::chrono::milliseconds wait) {
  return std::make_unique<SqliteStore>(path, purpose, wait);
}

}  // namespace analysis
