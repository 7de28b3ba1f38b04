#include "cli/snapshot_input.h"

#include <fmt/format.h>

#include "analysis/snapshot/snapshot_groups.h"
#include "analysis/snapshot/trace_snapshot.h"
#include "cli/progress.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {

std::vector<analysis::Snapshot> Snapshots(proto::Input input, const std::string& path) {
  std::vector<analysis::Snapshot> snapshots;
  if (const auto* dumps = std::get_if<proto::GoroutineDumps>(&input)) {
    for (const model::GoroutineDump& dump : *dumps) snapshots.push_back(analysis::SnapshotOf(dump));
    return snapshots;
  }
  const auto* profile = std::get_if<model::Profile>(&input);
  if (profile == nullptr)
    throw model::UsageError(fmt::format("{}: is an execution trace, wanted a goroutine dump or profile", path));
  try {
    snapshots.push_back(analysis::SnapshotOf(*profile));
  } catch (const model::UsageError& error) {
    throw model::UsageError(fmt::format("{}: {}", path, error.what()));
  }
  return snapshots;
}

std::vector<analysis::Snapshot> MomentsOf(proto::Input input, const std::string& path, const std::vector<int64_t>& at) {
  if (auto* trace = std::get_if<std::unique_ptr<model::EventSource>>(&input)) {
    const auto source = WithProgress(std::move(*trace), path);
    return at.empty() ? analysis::FirstAndLastSnapshot(*source) : analysis::SnapshotsAt(*source, at);
  }
  if (!at.empty()) throw model::UsageError(fmt::format("--at: {} is no trace, it has no instants to choose", path));
  return Snapshots(std::move(input), path);
}

void AddSnapshotOptions(po::options_description& options) {
  const auto text = [](const char* name) { return po::value<std::string>()->default_value("")->value_name(name); };
  options.add_options()("state", text("RE"), "dump: only goroutines in such a state")(
      "focus", text("RE"), "dump: only goroutines with such a function")(
      "longer", po::value<int64_t>()->default_value(0)->value_name("MINUTES"),
      "dump: only goroutines that have waited so long")("label", text("KEY[=VALUE]"),
                                                        "dump: only goroutines with this label")(
      "moment", po::value<size_t>()->value_name("N"), "log with several dumps: the N-th (default: the last)");
}

int ShowSnapshot(const CommandLine& line, const std::string& path, const std::vector<analysis::Snapshot>& snapshots,
                 const std::string& by) {
  size_t moment = snapshots.size();
  if (line.values().count("moment") != 0) moment = line.values()["moment"].as<size_t>();
  if (moment < 1 || moment > snapshots.size()) {
    throw model::UsageError(fmt::format("--moment {}: {} has {} of them", moment, path, snapshots.size()));
  }
  const analysis::Snapshot& snapshot = snapshots[moment - 1];
  const analysis::SnapshotGroups groups = GroupGoroutines(snapshot, {.by = by,
                                                                     .focus = line.Text("focus"),
                                                                     .state = line.Text("state"),
                                                                     .longer_minutes = line.values()["longer"].as<int64_t>(),
                                                                     .label = line.Text("label")});
  model::Report report = SnapshotReport(snapshot, groups, RowsOf(line));
  if (snapshots.size() > 1) report.answer = fmt::format("Dump {} of {}. {}", moment, snapshots.size(), report.answer);
  return line.Emit(report);
}

}  // namespace cli
