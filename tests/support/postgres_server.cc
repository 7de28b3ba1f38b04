#include "tests/support/postgres_server.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace test_support {
namespace {

namespace fs = std::filesystem;

// The newest version's programs.
std::string Programs() {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    if (fs::exists(entry.path() / "bin/initdb")) found.push_back((entry.path() / "bin").string());
  }
  std::ranges::sort(found, {}, [](const std::string& path) { return std::pair(path.size(), path); });
  return found.empty() ? "" : found.back();
}

const passwd* SomebodyElse() {
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

// A child that does not outlive us, with its output in a file.
pid_t Start(const std::vector<std::string>& command, const std::string& log) {
  const passwd* user = ::geteuid() == 0 ? SomebodyElse() : nullptr;
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
    ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

bool Succeeds(pid_t child) {
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

const PostgresServer* PostgresServer::Get() {
  static const std::unique_ptr<PostgresServer> server(new PostgresServer);
  return server->is_running_ ? server.get() : nullptr;
}

PostgresServer::PostgresServer() {
  const std::string programs = Programs();
  if (programs.empty()) {
    std::fprintf(stderr, "no PostgreSQL server to test with: Debian's package postgresql is not installed\n");
    return;
  }
  std::string pattern = (fs::temp_directory_path() / "goprof-postgres-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return;
  folder_ = pattern;
  if (const passwd* user = SomebodyElse();
      ::geteuid() == 0 && user != nullptr && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
    return;
  const std::string data = folder_ + "/data", log = folder_ + "/log";
  const bool is_made = Succeeds(Start(
      {programs + "/initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}, log));
  if (is_made) {
    process_ = Start({programs + "/postgres", "-D", data, "-k", folder_, "-c", "listen_addresses=", "-c", "fsync=off"}, log);
    for (int i = 0; i < 600 && PQping(Url("postgres").c_str()) != PQPING_OK && ::waitpid(process_, nullptr, WNOHANG) == 0;
         ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  is_running_ = PQping(Url("postgres").c_str()) == PQPING_OK;
  if (!is_running_) std::fprintf(stderr, "no PostgreSQL server to test with: it did not start\n");
}

PostgresServer::~PostgresServer() {
  if (process_ > 0) {
    ::kill(process_, SIGINT);
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code error;
  if (!folder_.empty()) fs::remove_all(folder_, error);
}

std::string PostgresServer::Url(const std::string& database) const {
  return "postgresql://tester@/" + database + "?host=" + folder_;
}

void PostgresServer::Execute(const std::string& url, const std::string& sql) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
}

std::string PostgresServer::NewDatabase() const {
  static int count = 0;
  const std::string name = "test" + std::to_string(++count);
  Execute(Url("postgres"), "CREATE DATABASE " + name);
  return Url(name);
}

}  // namespace test_support
