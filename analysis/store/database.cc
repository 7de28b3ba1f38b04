#include "analysis/store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "model/input_error.h"

namespace analysis {
namespace {

constexpr int kBusyMilliseconds = 30'000;

std::string InWords(int code, const char* sqlite_says) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "is no history file: not an SQLite database";
    case SQLITE_CORRUPT:
      return fmt::format("is damaged ({}); restore a copy, or save what can be read with `sqlite3 FILE .recover`",
                         sqlite_says);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process holds it for writing and did not let go; nothing was changed";
    case SQLITE_READONLY:
      return "can't be written to; nothing was changed";
    case SQLITE_FULL:
      return "the disk is full; nothing was changed";
    case SQLITE_IOERR:
      return fmt::format(
          "can't be read or written ({}: disk full, a file size limit, or a failing disk?); nothing was changed",
          sqlite_says);
    case SQLITE_CANTOPEN:
      return "can't be opened, or nothing can be written beside it";
    default:
      return sqlite_says;
  }
}

}  // namespace

namespace {

// Where nothing can be written beside the file, a write-ahead log can't be set up to read by; then nobody else writes,
// either.
bool NeedsToWrite(sqlite3* handle) {
  const int code = sqlite3_exec(handle, "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr) & 0xff;
  return code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
}

std::string UnchangingUri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool is_special = c == '%' || c == '?' || c == '#';
    uri += is_special ? fmt::format("%{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return uri + "?immutable=1";
}

}  // namespace

struct Statement::Impl {
  Database* database;
  sqlite3_stmt* handle;
};

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::Statement(Statement&& other) noexcept = default;
Statement::~Statement() {
  if (impl_ != nullptr) sqlite3_finalize(impl_->handle);
}

Statement& Statement::Bind(int at, int64_t value) {
  sqlite3_bind_int64(impl_->handle, at, value);
  return *this;
}
Statement& Statement::Bind(int at, double value) {
  sqlite3_bind_double(impl_->handle, at, value);
  return *this;
}
Statement& Statement::Bind(int at, std::string_view text) {
  // An empty view may have no address, and that would be NULL.
  sqlite3_bind_text64(impl_->handle, at, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Statement& Statement::BindBlob(int at, std::string_view bytes) {
  sqlite3_bind_blob64(impl_->handle, at, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::BindNull(int at) {
  sqlite3_bind_null(impl_->handle, at);
  return *this;
}
Statement& Statement::BindKept(int at, std::string_view text) {
  sqlite3_bind_text64(impl_->handle, at, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

bool Statement::Step() {
  const int code = sqlite3_step(impl_->handle);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) impl_->database->Fail(code);
  sqlite3_reset(impl_->handle);
  return false;
}
void Statement::Run() {
  while (Step()) {
  }
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(impl_->handle, column); }
double Statement::Real(int column) const { return sqlite3_column_double(impl_->handle, column); }
std::string Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(impl_->handle, column));
  return text == nullptr ? "" : std::string(text, static_cast<size_t>(sqlite3_column_bytes(impl_->handle, column)));
}
std::string Statement::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(impl_->handle, column));
  return bytes == nullptr ? "" : std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(impl_->handle, column)));
}

int Statement::columns() const { return sqlite3_column_count(impl_->handle); }
std::string Statement::ColumnName(int column) const { return sqlite3_column_name(impl_->handle, column); }

model::Value Statement::At(int column) const {
  switch (sqlite3_column_type(impl_->handle, column)) {
    case SQLITE_INTEGER:
      return Integer(column);
    case SQLITE_FLOAT:
      return Real(column);
    case SQLITE_NULL:
      return nullptr;
    default:
      return Text(column);
  }
}

Database::Database(std::string path, OpenFor purpose) : path_(std::move(path)) {
  std::error_code error;
  if (purpose == OpenFor::kReading && !std::filesystem::exists(path_, error)) {
    throw model::InputError(path_, "there is no such history; `goprof history add` makes one");
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | (purpose == OpenFor::kReading ? 0 : SQLITE_OPEN_CREATE);
  int code = sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr);
  if (code != SQLITE_OK && purpose == OpenFor::kReading) {
    sqlite3_close(handle);
    code = sqlite3_open_v2(path_.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr);
  }
  if (purpose == OpenFor::kReading && code == SQLITE_OK && NeedsToWrite(handle)) {
    sqlite3_close(handle);
    code = sqlite3_open_v2(UnchangingUri(path_).c_str(), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  }
  handle_ = handle;
  try {
    if (code != SQLITE_OK) Fail(code);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    if (purpose == OpenFor::kFilling) {
      Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
    } else {
      Execute("PRAGMA foreign_keys = ON");
    }
  } catch (...) {
    sqlite3_close(handle);
    throw;
  }
}

Database::~Database() { sqlite3_close(static_cast<sqlite3*>(handle_)); }

void Database::Fail(int code) const {
  throw model::InputError(path_, InWords(code, sqlite3_errmsg(static_cast<sqlite3*>(handle_))));
}

Statement Database::Prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v2(static_cast<sqlite3*>(handle_), sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
  if (code != SQLITE_OK) Fail(code);
  return Statement(std::make_unique<Statement::Impl>(Statement::Impl{this, handle}));
}

namespace {

int OnlyReading(void*, int action, const char*, const char*, const char*, const char*) {
  const bool reads =
      action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
  return reads ? SQLITE_OK : SQLITE_DENY;
}

}  // namespace

Statement Database::PrepareQuery(std::string_view sql) {
  auto* database = static_cast<sqlite3*>(handle_);
  sqlite3_set_authorizer(database, OnlyReading, nullptr);
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &handle, &rest);
  const std::string error = sqlite3_errmsg(database);
  sqlite3_set_authorizer(database, nullptr, nullptr);
  if (code == SQLITE_AUTH) throw model::UsageError("a query can only read");
  if (code != SQLITE_OK) throw model::UsageError(fmt::format("the query: {}", error));
  if (handle == nullptr) throw model::UsageError("the query is empty");
  Statement statement(std::make_unique<Statement::Impl>(Statement::Impl{this, handle}));
  const std::string_view left(rest, static_cast<size_t>(sql.data() + sql.size() - rest));
  if (left.find_first_not_of(" \t\r\n;") != std::string_view::npos) throw model::UsageError("wanted one query, found two");
  return statement;
}

void Database::UseWriteAheadLog() {
  Execute("PRAGMA journal_mode = WAL");
  Execute("PRAGMA synchronous = FULL");
}

void Database::Execute(const char* sql) {
  const int code = sqlite3_exec(static_cast<sqlite3*>(handle_), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) Fail(code);
}

int64_t Database::LastRow() const { return sqlite3_last_insert_rowid(static_cast<sqlite3*>(handle_)); }
int64_t Database::Changes() const { return sqlite3_changes(static_cast<sqlite3*>(handle_)); }

// IMMEDIATE: the lock is taken, and waited for, before anything is read, so a transaction never fails half way for want of
// it.
Database::Transaction::Transaction(Database& database) : database_(database) { database_.Execute("BEGIN IMMEDIATE"); }
Database::Transaction::~Transaction() {
  if (is_open_) sqlite3_exec(static_cast<sqlite3*>(database_.handle_), "ROLLBACK", nullptr, nullptr, nullptr);
}
void Database::Transaction::Commit() {
  database_.Execute("COMMIT");
  is_open_ = false;
}

}  // namespace analysis
