#include "analysis/store/libpq.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "model/input_error.h"

namespace analysis {
namespace {

constexpr const char* kLibrary = "libpq.so.5";

template <class Function>
void Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr)
    throw model::UsageError(fmt::format("{} has no {}; histories on a server need it", kLibrary, name));
}

}  // namespace

Libpq LoadLibpq() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw model::UsageError(fmt::format("histories on a server need PostgreSQL's client library, {} (Debian: libpq5): {}",
                                        kLibrary, ::dlerror()));
  }
  Libpq pq{};
  Find(library, "PQclear", pq.clear);
  Find(library, "PQcmdTuples", pq.cmd_tuples);
  Find(library, "PQconnectdb", pq.connect_db);
  Find(library, "PQerrorMessage", pq.error_message);
  Find(library, "PQexec", pq.exec);
  Find(library, "PQexecParams", pq.exec_params);
  Find(library, "PQfinish", pq.finish);
  Find(library, "PQgetlength", pq.get_length);
  Find(library, "PQgetvalue", pq.get_value);
  Find(library, "PQntuples", pq.tuples);
  Find(library, "PQresultErrorField", pq.result_error_field);
  Find(library, "PQresultErrorMessage", pq.result_error_message);
  Find(library, "PQresultStatus", pq.result_status);
  Find(library, "PQsetNoticeProcessor", pq.set_notice_processor);
  Find(library, "PQstatus", pq.status);
  return pq;
}

}  // namespace analysis
