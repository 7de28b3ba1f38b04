#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "analysis/gate/gate_report.h"
#include "analysis/gate/judge.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/gate_input.h"
#include "cli/gate_page.h"
#include "cli/gate_rules.h"
#include "cli/output_file.h"
#include "cli/report_files.h"
#include "model/input_error.h"

namespace cli {
namespace {

void AddOptions(po::options_description& options) {
  const analysis::GateSettings defaults;
  const auto setting = [&](const char* name, const std::string& text) {
    options.add_options()(name, po::value<std::string>()->value_name("X"), text.c_str());
  };
  options.add_options()("rules", po::value<std::string>()->value_name("FILE"),
                        "rules; without it .goprof.ini, looked for upwards to the repository's root")(
      "html", po::value<std::string>()->value_name("FILE"),
      "a page with the differential flame graph, and trends with --store")(
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

std::string Today() { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

int RunGoprofGate(Arguments arguments) {
  CommandLine line(
      "goprof", "gate --before FILE .. --after FILE ..",
      "Fails (exit 1) when a function or the total grew beyond noise and by a worthwhile amount, or when a budget of the\n"
      "rules file is broken beyond noise; traces must have no deadlock and no leak. Exit 2 when it can't tell. Give several "
      "runs a side: from four on, the spread\n"
      "between them decides what is noise; with fewer, the sampling error and an assumed spread.");
  AddGateInputOptions(line.options());
  AddOptions(line.options());
  AddReportFileOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  if (!line.Inputs(0).empty())
    throw model::UsageError(
        fmt::format("{}: is it from before or after? Name it behind --before or --after", line.Inputs(0).front()));
  analysis::GateRules rules = RulesOf(line);
  GateFiles files;
  ReadGateFiles(line, rules, files);
  analysis::Gate gate = analysis::Judge(files.input, rules, Today());
  for (analysis::Check& check : gate.checks) check.file = PathInRepository(check.file);
  model::Report report = analysis::GateReport(gate, line.Flag("explain") ? analysis::Explain::kYes : analysis::Explain::kNo);
  report.warnings.Absorb(files.warnings);
  WriteReportFiles(line, report);
  if (line.values().count("html") != 0) WriteOutput(line.Text("html"), GatePage(line, gate, report, files));
  const int status = line.Emit(report);
  return gate.verdict == analysis::Verdict::kUnknown ? kFailed : status;
}

}  // namespace cli
