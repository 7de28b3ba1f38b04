#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/value.h"

// One SQLite file, with errors as InputError in words of what to do. The only place that knows SQLite's C interface.
//   write-ahead log: readers don't wait for a writer, and a writer that dies leaves what was committed.
//   busy timeout: writers in parallel wait for each other, up to 30 s.
namespace analysis {

class Statement {
 public:
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement(Statement&& other) noexcept;
  ~Statement();

  Statement& Bind(int at, int64_t value);  // from 1
  Statement& Bind(int at, double value);
  Statement& Bind(int at, std::string_view text);
  Statement& BindBlob(int at, std::string_view bytes);
  Statement& BindNull(int at);
  Statement& BindKept(int at, std::string_view text);  // which stays where it is until the row is written
  bool Step();                                         // true: a row is there
  void Run();                                          // to the end, and ready for the next round
  int64_t Integer(int column) const;                   // from 0
  double Real(int column) const;
  std::string Text(int column) const;
  std::string Blob(int column) const;
  int columns() const;
  std::string ColumnName(int column) const;
  model::Value At(int column) const;  // by the kind of what is there; a blob as its bytes

 private:
  friend class Database;
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

enum class OpenFor {
  kReading,
  kWriting,
  kFilling  // made anew and useless unless it gets whole: nothing is journalled. An empty path is a file that goes away
};

class Database {
 public:
  // kReading wants the file to be there. Throws InputError if it is no database, damaged, locked for too long or not to be
  // had.
  Database(std::string path, OpenFor purpose);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  Statement Prepare(std::string_view sql);
  // One statement of a user's, which may look at tables and compute and nothing else. UsageError for any other.
  Statement PrepareQuery(std::string_view sql);
  void Execute(const char* sql);
  void UseWriteAheadLog();  // changes the file; not before it is known to be ours
  int64_t LastRow() const;
  int64_t Changes() const;
  const std::string& path() const { return path_; }
  [[noreturn]] void Fail(int code) const;

  // All or nothing; rolls back unless committed.
  class Transaction {
   public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void Commit();

   private:
    Database& database_;
    bool is_open_ = true;
  };

 private:
  std::string path_;
  void* handle_ = nullptr;
};

}  // namespace analysis
