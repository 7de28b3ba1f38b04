#pragma once

#include <libpq-fe.h>

namespace analysis {

// PostgreSQL's client library. It is loaded where a history on a server is opened and not when the program starts: it brings
// twenty libraries along (TLS, Kerberos, LDAP), and to load those took longer than a small profile's whole report.
struct Libpq {
  decltype(&PQclear) clear;
  decltype(&PQcmdTuples) cmd_tuples;
  decltype(&PQconnectdb) connect_db;
  decltype(&PQerrorMessage) error_message;
  decltype(&PQexec) exec;
  decltype(&PQexecParams) exec_params;
  decltype(&PQfinish) finish;
  decltype(&PQgetlength) get_length;
  decltype(&PQgetvalue) get_value;
  decltype(&PQntuples) tuples;
  decltype(&PQresultErrorField) result_error_field;
  decltype(&PQresultErrorMessage) result_error_message;
  decltype(&PQresultStatus) result_status;
  decltype(&PQsetNoticeProcessor) set_notice_processor;
  decltype(&PQstatus) status;
};

// Stays loaded from then on. UsageError where the machine has none.
Libpq LoadLibpq();

}  // namespace analysis
