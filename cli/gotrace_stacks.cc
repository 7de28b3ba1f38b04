#include <fmt/format.h>

#include "analysis/snapshot/snapshot_change.h"
#include "cli/commands.h"
#include "cli/snapshot_input.h"
#include "cli/trace_command.h"
#include "model/input_error.h"

namespace cli {

int RunGotraceStacks(Arguments arguments) {
  CommandLine line(
      "gotrace", "stacks BEFORE AFTER",
      "Compares the goroutines of two moments: who came, went, grew in number, is still stuck at the same place, or got\n"
      "deeper. A moment is a goroutine dump (debug=2, SIGQUIT, panic) or a goroutine profile, of one process or of two "
      "builds.\n"
      "One log with several dumps will do: its first is compared with its last. Exit status 1 says that a place has "
      "grown.\n\n"
      "  gotrace stacks early.txt late.txt           what leaks\n"
      "  gotrace stacks service.log                  ... between the first and the last SIGQUIT\n"
      "  gotrace stacks --growth 100 a.pb.gz b.pb.gz only growth by a hundred and more counts");
  line.options().add_options()("growth", po::value<int64_t>()->default_value(10)->value_name("N"),
                               "a place has grown when it has at least N more goroutines and at least twice as many");
  AddRowsOption(line.options(), "places to show; 0 shows all");
  if (!line.Parse(arguments)) return kClean;
  const analysis::GrowthLimit limit{.least = line.values()["growth"].as<int64_t>()};
  if (limit.least < 1) throw model::UsageError(fmt::format("--growth {}: wanted 1 or more", limit.least));

  const std::vector<std::string> paths = line.Inputs(1, 2);
  const proto::ReadOptions read{.open = {.max_unpacked_bytes = line.max_input_bytes()}};
  const std::vector<analysis::Snapshot> first = Snapshots(proto::Read(paths.front(), read), paths.front());
  if (paths.size() == 1 && first.size() < 2) {
    throw model::UsageError(fmt::format("{}: has one dump; wanted two inputs, or one with several dumps", paths.front()));
  }
  const std::vector<analysis::Snapshot> last =
      paths.size() == 1 ? first : Snapshots(proto::Read(paths.back(), read), paths.back());
  model::Report report = ChangeReport(Compare(first.front(), last.back()), limit, RowsOf(line));
  report.warnings = first.front().warnings;
  report.warnings.Absorb(last.back().warnings);
  return line.Emit(report);
}

}  // namespace cli
