#include <fmt/format.h>

#include "analysis/store/history.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/history_trend.h"
#include "model/input_error.h"
#include "model/units.h"
#include "proto/formats.h"

namespace cli {
namespace {

constexpr const char* kSynopsis = "history add|list|show|trend|prune ..";

void AddStoreOption(CommandLine& line) {
  line.options().add_options()("store", po::value<std::string>()->default_value("goprof-history.db")->value_name("FILE|URL"),
                               "the history: a file, or postgresql://..");
}
void AddBranchOption(CommandLine& line, const char* help) {
  line.options().add_options()("branch", po::value<std::string>()->default_value("")->value_name("NAME"), help);
}

std::vector<std::pair<std::string, std::string>> LabelsOf(const CommandLine& line) {
  std::vector<std::pair<std::string, std::string>> labels;
  if (line.values().count("label") == 0) return labels;
  for (const std::string& text : line.values()["label"].as<std::vector<std::string>>()) {
    const size_t split = text.find('=');
    if (split == std::string::npos || split == 0) throw model::UsageError(fmt::format("--label {}: wanted KEY=VALUE", text));
    labels.emplace_back(text.substr(0, split), text.substr(split + 1));
  }
  return labels;
}

model::ValueObject AsData(const analysis::StoredRun& run) {
  model::ValueObject totals, labels;
  for (const auto& [type, total] : run.totals) totals.emplace_back(type.first + "/" + type.second, total);
  for (const auto& [key, text] : run.tags.labels) labels.emplace_back(key, text);
  return {{"id", run.id},
          {"time", When(run.time_nanos)},
          {"file", run.file},
          {"samples", run.samples},
          {"totals", std::move(totals)},
          {"commit", run.tags.commit},
          {"branch", run.tags.branch},
          {"machine", run.tags.machine},
          {"go_version", run.tags.go_version},
          {"outcome", run.tags.outcome},
          {"labels", std::move(labels)}};
}

int Add(Arguments arguments) {
  CommandLine line("goprof", "history add PROFILE ..", "Adds each profile as a run. A run is added whole or not at all.");
  AddStoreOption(line);
  AddBranchOption(line, "branch it was built from");
  for (const auto& [name, help] :
       {std::pair("commit", "commit it was built from"), std::pair("machine", "machine it ran on"),
        std::pair("go-version", "Go version it was built with"), std::pair("outcome", "good or bad: what the gate said")}) {
    line.options().add_options()(name, po::value<std::string>()->default_value("")->value_name("TEXT"), help);
  }
  line.options().add_options()("label", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
                               "anything else; can be repeated");
  if (!line.Parse(arguments)) return kClean;
  const std::string outcome = line.Text("outcome");
  if (!outcome.empty() && outcome != "good" && outcome != "bad")
    throw model::UsageError(fmt::format("--outcome {}: wanted good or bad", outcome));
  const analysis::RunTags tags{.commit = line.Text("commit"),
                               .branch = line.Text("branch"),
                               .machine = line.Text("machine"),
                               .go_version = line.Text("go-version"),
                               .outcome = outcome,
                               .labels = LabelsOf(line)};
  model::Report report{.title = "History"};
  model::ValueList ids;
  for (const std::string& path : line.Inputs(1)) {
    const model::Profile profile = proto::ReadProfile(path, {.open = {.max_unpacked_bytes = line.max_input_bytes()}});
    analysis::RunTable table;
    table.Add(profile, path);
    ids.emplace_back(analysis::History(line.Text("store"), analysis::OpenFor::kWriting).Add(table, 0, tags));
    report.warnings.Absorb(profile.warnings);
  }
  report.answer = fmt::format("{} run{} added to {}", ids.size(), ids.size() == 1 ? "" : "s", line.Text("store"));
  report.blocks.push_back(model::Data{"runs", std::move(ids)});
  return line.Emit(report);
}

int List(Arguments arguments) {
  CommandLine line("goprof", "history list", "Lists the runs, oldest first.");
  AddStoreOption(line);
  AddBranchOption(line, "only this branch");
  if (!line.Parse(arguments)) return kClean;
  line.Inputs(0, 0);
  const analysis::History history(line.Text("store"), analysis::OpenFor::kReading);
  model::Table table{.key = "runs", .empty_text = "no runs"};
  table.columns = {{.key = "id", .label = "id"},           {.key = "time", .label = "recorded (UTC)"},
                   {.key = "branch", .label = "branch"},   {.key = "commit", .label = "commit"},
                   {.key = "outcome", .label = "outcome"}, {.key = "samples", .label = "samples"},
                   {.key = "file", .label = "file"}};
  for (const analysis::StoredRun& run : history.List(line.Text("branch"))) {
    table.rows.push_back(
        {run.id, When(run.time_nanos), run.tags.branch, run.tags.commit, run.tags.outcome, run.samples, run.file});
  }
  model::Report report{.title = "History", .answer = fmt::format("{} runs in {}", table.rows.size(), line.Text("store"))};
  report.blocks.push_back(std::move(table));
  return line.Emit(report);
}

int Show(Arguments arguments) {
  CommandLine line("goprof", "history show ID", "Shows one run: where it comes from and its functions.");
  AddStoreOption(line);
  line.options().add_options()("type", po::value<std::string>()->default_value("")->value_name("NAME"),
                               "sample type (default: the last one)")(
      "rows", po::value<size_t>()->default_value(20)->value_name("N"), "functions to show");
  if (!line.Parse(arguments)) return kClean;
  const std::string text = line.Inputs(1, 1).front();
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw model::UsageError(fmt::format("{}: wanted a run's number", text));
  const analysis::History history(line.Text("store"), analysis::OpenFor::kReading);
  const int64_t id = std::stoll(text);
  const auto functions = history.Functions(id, line.Text("type"));
  const analysis::StoredRun run = *history.Find(id);
  std::string unit = run.totals.back().first.second;
  for (const auto& [type, total] : run.totals) {
    if (type.first == line.Text("type")) unit = type.second;
  }
  model::Report report{.title = "Run", .answer = fmt::format("run {}, {}, recorded {}", id, run.file, When(run.time_nanos))};
  report.blocks.push_back(model::Data{"run", AsData(run)});
  model::Table table{.key = "functions", .rows_shown = line.values()["rows"].as<size_t>()};
  table.columns = {{.key = "flat", .label = "flat", .unit = unit},
                   {.key = "cum", .label = "cum", .unit = unit},
                   {.key = "name", .label = "function"}};
  for (const auto& function : functions) table.rows.push_back({function.flat, function.cum, function.name});
  report.blocks.push_back(std::move(table));
  return line.Emit(report);
}

int Prune(Arguments arguments) {
  CommandLine line("goprof", "history prune --keep N",
                   "Removes all but the newest N runs of every branch, and what only they needed.");
  AddStoreOption(line);
  line.options().add_options()("keep", po::value<size_t>()->value_name("N"), "runs to keep of every branch");
  if (!line.Parse(arguments)) return kClean;
  line.Inputs(0, 0);
  if (line.values().count("keep") == 0)
    throw model::UsageError("--keep is missing: how many runs of every branch are to stay?");
  analysis::History reader(line.Text("store"), analysis::OpenFor::kReading);  // prune makes no history
  const size_t removed =
      analysis::History(line.Text("store"), analysis::OpenFor::kWriting).Prune(line.values()["keep"].as<size_t>());
  model::Report report{.title = "History", .answer = fmt::format("{} runs removed from {}", removed, line.Text("store"))};
  report.blocks.push_back(model::Data{"removed", static_cast<uint64_t>(removed)});
  return line.Emit(report);
}

}  // namespace

int RunGoprofHistory(Arguments arguments) {
  using Verb = std::pair<const char*, int (*)(Arguments)>;
  for (const auto& [name, run] :
       {Verb{"add", Add}, Verb{"list", List}, Verb{"show", Show}, Verb{"trend", RunHistoryTrend}, Verb{"prune", Prune}}) {
    if (!arguments.empty() && arguments[0] == name) return run(arguments.subspan(1));
  }
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
    fmt::print(
        "Usage: goprof {}\n\nKeeps profiles over time in one SQLite file, or on a PostgreSQL server (--store "
        "postgresql://..). `goprof history VERB --help` explains a verb.\n",
        kSynopsis);
    return kClean;
  }
  throw model::UsageError(
      fmt::format("history{}: wanted add, list, show, trend or prune", arguments.empty() ? "" : " " + arguments[0]));
}

}  // namespace cli
