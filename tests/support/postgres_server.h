#pragma once

#include <sys/types.h>

#include <string>

// A PostgreSQL server of our own, on a socket in a temporary folder, for as long as the test program lives. PostgreSQL does
// not run as root, so as root it is started as `postgres` or `nobody`.
namespace test_support {

class PostgresServer {
 public:
  // Null where Debian's package postgresql is not installed or a server can't be started; says why on stderr, once.
  static const PostgresServer* Get();

  // The address of a new, empty database.
  std::string NewDatabase() const;
  // Runs SQL as the owner of everything.
  void Execute(const std::string& url, const std::string& sql) const;

  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

 private:
  PostgresServer();
  std::string Url(const std::string& database) const;
  std::string folder_;
  pid_t process_ = -1;
  bool is_running_ = false;
};

}  // namespace test_support
