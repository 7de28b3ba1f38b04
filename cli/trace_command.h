#pragma once

#include <memory>
#include <string>

#include "analysis/trace/trace_filter.h"
#include "cli/command_line.h"
#include "model/event_source.h"
#include "model/report.h"

// What the commands about a trace have in common: the options that narrow it, opening it, and the end of their reports.
namespace cli {

void AddTraceWindowOptions(po::options_description& options);  // --from, --to
analysis::TraceFilterOptions TraceWindowOf(const CommandLine& line);
// Those, and --goroutine, --start, --task, --region.
void AddTraceFilterOptions(po::options_description& options);
analysis::TraceFilterOptions TraceFilterOf(const CommandLine& line);

void AddRowsOption(po::options_description& options, const char* rows);  // -n, --rows
size_t RowsOf(const CommandLine& line);                                  // 0 is all

// "250ms", "1.5s", "10us", "5ns", "2m"; UsageError that names the option.
int64_t ParseDuration(const char* option, const std::string& text);

std::unique_ptr<model::EventSource> OpenTrace(const CommandLine& line, const std::string& path);

// UsageError where the filter asked for something that the trace does not have.
void CheckMet(const analysis::TraceFilter& filter, const std::string& path);

// One line on standard error where a part of the trace is missing: for commands that print no report.
void WarnOfDamage(const model::EventSource& source, const std::string& path);

// Adds what has to be said of the trace itself, and prints.
int EmitTraceReport(const CommandLine& line, model::Report report, const model::EventSource& source);

}  // namespace cli
