#include "cli/gate_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/store/history.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace cli {
namespace {

using Files = std::vector<std::string>;
using Subject = analysis::Budget::Subject;

Files FilesOf(const CommandLine& line, const char* side) {
  return line.values().count(side) == 0 ? Files() : line.values()[side].as<Files>();
}

proto::ReadOptions ReadOptionsOf(const CommandLine& line) {
  return {.open = {.max_unpacked_bytes = line.max_input_bytes()}};
}

analysis::RunDetails DetailsFor(const analysis::GateRules& rules) {
  const auto asks_for = [&](Subject subject) {
    return std::ranges::any_of(rules.budgets, [&](const analysis::Budget& budget) { return budget.subject == subject; });
  };
  return {.labels = asks_for(Subject::kLabel), .lines = asks_for(Subject::kLine)};
}

// Profiles go into the table; the names of traces come back.
Files AddProfiles(const CommandLine& line, const Files& paths, analysis::RunDetails keep, GateFiles& files) {
  Files traces;
  for (const std::string& path : paths) {
    proto::Input input = proto::Read(path, ReadOptionsOf(line));
    if (std::holds_alternative<std::unique_ptr<model::EventSource>>(input)) {
      if (path == "-") throw model::UsageError("a trace is read several times; give it as a file, not on standard input");
      traces.push_back(path);
      continue;
    }
    const model::Profile profile = std::holds_alternative<model::Profile>(input)
                                       ? std::get<model::Profile>(std::move(input))
                                       : proto::ReadProfile(path, ReadOptionsOf(line));
    files.warnings.Absorb(profile.warnings);
    files.table.Add(profile, path, keep);
  }
  return traces;
}

void AddTraces(const CommandLine& line, const Files& paths, const analysis::GateRules& rules, GateFiles& files) {
  for (const std::string& path : paths) {
    files.input.traces.push_back(analysis::MeasureForBudgets(
        path, [&] { return proto::ReadTrace(path, ReadOptionsOf(line)); }, rules.budgets));
  }
}

// No trace may have a deadlock or a leak unless a budget says otherwise.
void ForbidStuck(analysis::GateRules& rules) {
  for (const auto& [subject, name] : {std::pair(Subject::kDeadlock, "deadlock"), std::pair(Subject::kLeak, "leak")}) {
    const auto is_said = [&](const analysis::Budget& budget) { return budget.subject == subject; };
    if (std::ranges::none_of(rules.budgets, is_said))
      rules.budgets.push_back({.name = name, .subject = subject, .pattern = name});
  }
}

Files AddBaseline(const CommandLine& line, analysis::RunDetails keep, GateFiles& files) {
  if (line.values().count("store") == 0) return AddProfiles(line, FilesOf(line, "before"), keep, files);
  if (line.values().count("before") != 0)
    throw model::UsageError("--before and --store both name a baseline; give one of them");
  if (keep.labels || keep.lines)
    throw model::UsageError("a history keeps neither labels nor lines of samples; budgets on them need --before");
  const analysis::History history(line.Text("store"), analysis::OpenFor::kReading);
  const analysis::Baseline baseline =
      history.LoadBaseline(files.table, line.Text("branch"), line.values()["last"].as<size_t>());
  if (baseline.runs.empty())
    throw model::UsageError(
        fmt::format("{}: no good runs of branch {} to compare with", line.Text("store"), line.Text("branch")));
  return {};
}

}  // namespace

void AddGateInputOptions(po::options_description& options) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  options.add_options()("before", po::value<Files>()->multitoken()->value_name("FILE .."),
                        "profiles and traces of the baseline, one per run")(
      "store", text("FILE|URL"), "instead of --before: take the baseline from this history")(
      "branch", po::value<std::string>()->default_value("main")->value_name("NAME"), "with --store: the baseline's branch")(
      "last", po::value<size_t>()->default_value(10)->value_name("N"), "with --store: its newest N runs that were not bad")(
      "after", po::value<Files>()->multitoken()->value_name("FILE .."), "profiles and traces of the change, one per run")(
      "machine", text("NAME"), "where --after was recorded; a baseline from elsewhere is said to be one")(
      "go-version", text("TEXT"), "what --after was built with, likewise");
}

void ReadGateFiles(const CommandLine& line, analysis::GateRules& rules, GateFiles& files) {
  const Files after = FilesOf(line, "after");
  if (after.empty()) throw model::UsageError("--after is missing: which profiles? `goprof gate --help` explains");
  const analysis::RunDetails keep = DetailsFor(rules);
  const Files traces_before = AddBaseline(line, keep, files);
  const size_t before = files.table.runs().size();
  const Files traces_after = AddProfiles(line, after, keep, files);
  const size_t all = files.table.runs().size();
  if (all > before && before == 0)
    throw model::UsageError("--before is missing: which profiles? `goprof gate --help` explains");
  if (all == before && before > 0) throw model::UsageError("--after has no profiles to compare with those before");
  for (size_t run = before; run < all; ++run) files.table.Describe(run, line.Text("machine"), line.Text("go-version"));
  if (all > 0) files.input.profiles = &files.table;
  files.input.sides = {before, all - before};

  if (!traces_before.empty() && traces_after.empty())
    throw model::UsageError("--after has no traces to compare with those before");
  if (!traces_after.empty()) ForbidStuck(rules);
  AddTraces(line, traces_before, rules, files);
  AddTraces(line, traces_after, rules, files);
  files.input.trace_sides = {traces_before.size(), traces_after.size()};
}

}  // namespace cli
