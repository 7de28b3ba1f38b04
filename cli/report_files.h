#pragma once

#include "cli/command_line.h"
#include "model/report.h"

// What CI systems want of one run beside its output: --markdown, --comment, --summary, --annotations, --junit, --sarif,
// --openmetrics,
// --code-quality.
namespace cli {

void AddReportFileOptions(po::options_description& options);

// Writes the files that were asked for. Throws InputError where one can't be written.
void WriteReportFiles(const CommandLine& line, const model::Report& report);

// "example.com/shop/cart/price.go", as a trimmed build names it, or a path on the machine that built it, is "cart/price.go"
// here: the longest end of the path that is a file below the current folder. Empty if there is none.
std::string PathInRepository(const std::string& path);

}  // namespace cli
