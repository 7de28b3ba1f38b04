#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "analysis/gate/gate_report.h"
#include "analysis/gate/judge.h"
#include "analysis/store/history.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/gate_rules.h"
#include "cli/report_files.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace cli {
namespace {

using Files = std::vector<std::string>;

void AddOptions(po::options_description& options) {
  const analysis::GateSettings defaults;
  const auto setting = [&](const char* name, const std::string& text) {
    options.add_options()(name, po::value<std::string>()->value_name("X"), text.c_str());
  };
  options.add_options()("before", po::value<Files>()->multitoken()->value_name("FILE .."),
                        "profiles of the baseline, one per run")("store", po::value<std::string>()->value_name("FILE"),
                                                                 "instead of --before: take the baseline from this history")(
      "branch", po::value<std::string>()->default_value("main")->value_name("NAME"), "with --store: the baseline's branch")(
      "last", po::value<size_t>()->default_value(10)->value_name("N"), "with --store: its newest N runs that were not bad")(
      "after", po::value<Files>()->multitoken()->value_name("FILE .."), "profiles of the change, one per run")(
      "rules", po::value<std::string>()->value_name("FILE"),
      "rules; without it .goprof.ini, looked for upwards to the repository's root")(
      "explain", po::bool_switch(), "list every check, with how its outcome came about")(
      "type", po::value<std::string>()->value_name("NAME"),
      "sample type that functions and total are judged by (default: the profile's own)");
  setting("alpha", fmt::format("chance of a false alarm by any function, and by the total (default {:g})", defaults.alpha));
  setting("min-growth",
          fmt::format("smallest growth of a function's share that matters (default {:g}%)", defaults.min_growth * 100));
  setting("min-share", fmt::format("and how much of the total it must add (default {:g}%)", defaults.min_share * 100));
  setting("min-total-growth", fmt::format("smallest growth of the total that matters (default {:g}%, {:g}% for times)",
                                          defaults.min_total_growth * 100, defaults.min_total_time_growth * 100));
  setting("min-samples",
          fmt::format("with fewer samples a side the verdict is \"unknown\" (default {:g})", defaults.min_samples));
}

// Options of the command line go over the file's settings, in the same words.
void ApplyOptions(analysis::GateRules& rules, const CommandLine& line) {
  std::string text = "[gate]\n";
  for (const char* name : {"alpha", "min-growth", "min-share", "min-total-growth", "min-samples"}) {
    if (line.values().count(name) == 0) continue;
    std::string key = name;
    std::ranges::replace(key, '-', '_');
    text += fmt::format("{} = {}\n", key, line.Text(name));
    if (key == "min_total_growth") text += fmt::format("min_total_time_growth = {}\n", line.Text(name));
  }
  OverrideSettings(rules, "command line", text);
  if (line.values().count("type") != 0) rules.settings.value_type = line.Text("type");
}

analysis::GateRules RulesOf(const CommandLine& line) {
  const std::string path = line.values().count("rules") != 0 ? line.Text("rules") : FindGateRules();
  analysis::GateRules rules = path.empty() ? analysis::GateRules() : ReadGateRules(path);
  ApplyOptions(rules, line);
  return rules;
}

Files FilesOf(const CommandLine& line, const char* side) {
  const auto& value = line.values()[side];
  if (value.empty())
    throw model::UsageError(fmt::format("--{} is missing: which profiles? `goprof gate --help` explains", side));
  return value.as<Files>();
}

bool NeedsLabels(const analysis::GateRules& rules) {
  return std::ranges::any_of(rules.budgets,
                             [](const analysis::Budget& b) { return b.subject == analysis::Budget::Subject::kLabel; });
}

void AddFiles(analysis::RunTable& table, const Files& files, const CommandLine& line, bool keep_labels,
              model::Warnings& warnings) {
  for (const std::string& path : files) {
    const model::Profile profile = proto::ReadProfile(path, {.open = {.max_unpacked_bytes = line.max_input_bytes()}});
    warnings.Absorb(profile.warnings);
    table.Add(profile, path, keep_labels);
  }
}

// How many runs the baseline has.
size_t AddBaseline(analysis::RunTable& table, const CommandLine& line, bool keep_labels, model::Warnings& warnings) {
  if (line.values().count("store") == 0) {
    const Files files = FilesOf(line, "before");
    AddFiles(table, files, line, keep_labels, warnings);
    return files.size();
  }
  if (line.values().count("before") != 0)
    throw model::UsageError("--before and --store both name a baseline; give one of them");
  if (keep_labels) throw model::UsageError("a history keeps no labels of samples; budgets on labels need --before");
  const analysis::History history(line.Text("store"), analysis::OpenFor::kReading);
  const size_t loaded = history.LoadBaseline(table, line.Text("branch"), line.values()["last"].as<size_t>()).runs.size();
  if (loaded == 0)
    throw model::UsageError(
        fmt::format("{}: no good runs of branch {} to compare with", line.Text("store"), line.Text("branch")));
  return loaded;
}

std::string Today() { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

int RunGoprofGate(Arguments arguments) {
  CommandLine line(
      "goprof", "gate --before FILE .. --after FILE ..",
      "Fails (exit 1) when a function or the total grew beyond noise and by a worthwhile amount, or when a budget of the\n"
      "rules file is broken beyond noise. Exit 2 when it can't tell. Give several runs a side: from four on, the spread\n"
      "between them decides what is noise; with fewer, the sampling error and an assumed spread.");
  AddOptions(line.options());
  AddReportFileOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const Files after = FilesOf(line, "after");
  if (!line.Inputs(0).empty())
    throw model::UsageError(
        fmt::format("{}: is it a profile from before or after? Name it behind --before or --after", line.Inputs(0).front()));
  const analysis::GateRules rules = RulesOf(line);

  analysis::RunTable table;
  model::Warnings warnings;
  const size_t baseline = AddBaseline(table, line, NeedsLabels(rules), warnings);
  AddFiles(table, after, line, NeedsLabels(rules), warnings);
  analysis::Gate gate = analysis::Judge(table, {baseline, after.size()}, rules, Today());
  for (analysis::Check& check : gate.checks) check.file = PathInRepository(check.file);
  model::Report report = analysis::GateReport(gate, line.Flag("explain") ? analysis::Explain::kYes : analysis::Explain::kNo);
  report.warnings.Absorb(warnings);
  WriteReportFiles(line, report);
  const int status = line.Emit(report);
  return gate.verdict == analysis::Verdict::kUnknown ? kFailed : status;
}

}  // namespace cli
