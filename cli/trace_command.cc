#include "cli/trace_command.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "analysis/trace/trace_notes.h"
#include "cli/progress.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace cli {

void AddTraceWindowOptions(po::options_description& options) {
  options.add_options()("from", po::value<std::string>()->value_name("TIME"),
                        "only from TIME after the trace's begin on (250ms, 1.5s)")(
      "to", po::value<std::string>()->value_name("TIME"), "only up to TIME after the trace's begin");
}

void AddTraceFilterOptions(po::options_description& options) {
  AddTraceWindowOptions(options);
  options.add_options()("goroutine", po::value<std::vector<int64_t>>()->value_name("N"),
                        "only this goroutine; may be given again")("start", po::value<std::string>()->value_name("FUNCTION"),
                                                                   "only goroutines started with FUNCTION")(
      "task", po::value<std::string>()->value_name("TYPE|ID"), "only while working for this task")(
      "region", po::value<std::string>()->value_name("TYPE"), "only while in a region of this type");
}

analysis::TraceFilterOptions TraceWindowOf(const CommandLine& line) {
  analysis::TraceFilterOptions options;
  if (line.values().count("from") != 0) options.from_ns = ParseDuration("--from", line.Text("from"));
  if (line.values().count("to") != 0) options.to_ns = ParseDuration("--to", line.Text("to"));
  if (options.from_ns && options.to_ns && *options.from_ns > *options.to_ns) {
    throw model::UsageError(fmt::format("--from {} is later than --to {}", line.Text("from"), line.Text("to")));
  }
  return options;
}

analysis::TraceFilterOptions TraceFilterOf(const CommandLine& line) {
  analysis::TraceFilterOptions options = TraceWindowOf(line);
  if (line.values().count("goroutine") != 0) options.goroutines = line.values()["goroutine"].as<std::vector<int64_t>>();
  options.start_function = line.Text("start");
  options.task = line.Text("task");
  options.region = line.Text("region");
  return options;
}

void AddRowsOption(po::options_description& options, const char* rows) {
  options.add_options()("rows,n", po::value<size_t>()->default_value(20)->value_name("N"), rows);
}

size_t RowsOf(const CommandLine& line) {
  const auto rows = line.values()["rows"].as<size_t>();
  return rows == 0 ? SIZE_MAX : rows;
}

int64_t ParseDuration(const char* option, const std::string& text) {
  double number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(at, static_cast<size_t>(text.data() + text.size() - at));
  const double factor = unit == "ns"   ? 1
                        : unit == "us" ? 1e3
                        : unit == "ms" ? 1e6
                        : unit == "s"  ? 1e9
                        : unit == "m"  ? 60e9
                                       : 0;
  if (error == std::errc() && number == 0 && unit.empty()) return 0;
  if (error != std::errc() || factor == 0 || !(number >= 0) || number * factor > 9e18) {
    throw model::UsageError(fmt::format("{} {}: wanted a time such as 250ms, 1.5s or 10us", option, text));
  }
  return std::llround(number * factor);
}

std::unique_ptr<model::EventSource> OpenTrace(const CommandLine& line, const std::string& path) {
  return WithProgress(proto::ReadTrace(path, {.open = {.max_unpacked_bytes = line.max_input_bytes()}}), path);
}

void CheckMet(const analysis::TraceFilter& filter, const std::string& path) {
  const std::string unmet = filter.Unmet();
  if (!unmet.empty()) throw model::UsageError(fmt::format("{}: {}", path, unmet));
}

void WarnOfDamage(const model::EventSource& source, const std::string& path) {
  const std::string text = analysis::DamageText(source.info());
  if (!text.empty()) fmt::print(stderr, "{}: {}\n", path, text);
}

int EmitTraceReport(const CommandLine& line, model::Report report, const model::EventSource& source) {
  analysis::AddTraceNotes(report, source);
  return line.Emit(report);
}

}  // namespace cli
