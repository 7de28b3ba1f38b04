#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/report.h"

// The checks of a report, in the form that CI systems take results in: a name, an outcome, a message. They are the rows of
// its table "checks"; the findings among them bring their evidence. A report without such a table gives its findings alone.
namespace render {

struct CheckRow {
  std::string name;
  std::string metric;
  std::string outcome;   // "broken" is the one that counts; the others are explained in the report
  std::string severity;  // "fail" or "warn"
  std::string unit;
  std::optional<double> before, after, ratio, p_value;
  std::string message;                // one line
  std::vector<std::string> evidence;  // further ones
  std::string file;                   // where the function is, relative to the repository; empty = not known
  int64_t line = 0;
  bool is_broken() const { return outcome == "broken"; }
};

std::vector<CheckRow> ChecksOf(const model::Report& report);

// The same for the same check in every run and build: FNV-1a over name and metric, 16 hexadecimal digits. No numbers, no
// lines.
std::string Fingerprint(const CheckRow& check);

// The value of the report's field with that key; empty if there is none.
std::string FieldText(const model::Report& report, std::string_view key);

}  // namespace render
