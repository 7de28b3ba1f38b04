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
      "deeper. A moment is a goroutine dump (debug=2, SIGQUIT, panic), a goroutine profile, or an instant of a trace; of "
      "one "
      "process or of\n"
      "two builds. One log with several dumps will do: its first is compared with its last; and so will one trace. Exit "
      "status 1 says\n"
      "that a place has grown.\n\n"
      "  gotrace stacks early.txt late.txt           what leaks\n"
      "  gotrace stacks service.log                  ... between the first and the last SIGQUIT\n"
      "  gotrace stacks trace.out --at 1s --at 4s    ... between two instants of a trace\n"
      "  gotrace stacks --growth 100 a.pb.gz b.pb.gz only growth by a hundred and more counts");
  line.options().add_options()("growth", po::value<int64_t>()->default_value(10)->value_name("N"),
                               "a place has grown when it has at least N more goroutines and at least twice as many")(
      "at", po::value<std::vector<std::string>>()->value_name("TIME"),
      "trace: this long after its begin (250ms, 1.5s); given twice, for both moments; default: its first and its last "
      "moment");
  AddRowsOption(line.options(), "places to show; 0 shows all");
  if (!line.Parse(arguments)) return kClean;
  const analysis::GrowthLimit limit{.least = line.values()["growth"].as<int64_t>()};
  if (limit.least < 1) throw model::UsageError(fmt::format("--growth {}: wanted 1 or more", limit.least));

  const std::vector<std::string> paths = line.Inputs(1, 2);
  const proto::ReadOptions read{.open = {.max_unpacked_bytes = line.max_input_bytes()}};
  std::vector<int64_t> at;
  if (line.values().count("at") != 0) {
    for (const std::string& text : line.values()["at"].as<std::vector<std::string>>())
      at.push_back(ParseDuration("--at", text));
    if (at.size() != 2 || paths.size() != 1) throw model::UsageError("--at: wanted twice, with one trace");
  }
  const std::vector<analysis::Snapshot> first = MomentsOf(proto::Read(paths.front(), read), paths.front(), at);
  if (paths.size() == 1 && first.size() < 2) {
    throw model::UsageError(fmt::format("{}: has one dump; wanted two inputs, or one with several dumps", paths.front()));
  }
  const std::vector<analysis::Snapshot> last =
      paths.size() == 1 ? first : MomentsOf(proto::Read(paths.back(), read), paths.back(), {});
  // Of two traces the ends are compared, of two logs the first dump and the last.
  const analysis::Snapshot& before = paths.size() == 2 && first.front().is_of_trace ? first.back() : first.front();
  model::Report report = ChangeReport(Compare(before, last.back()), limit, RowsOf(line));
  report.warnings = first.front().warnings;
  report.warnings.Absorb(last.back().warnings);
  return line.Emit(report);
}

}  // namespace cli
