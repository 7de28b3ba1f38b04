#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/trace/contention.h"
#include "cli/commands.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace cli {
namespace {

// The mutex or block profile that an option names. UsageError for a profile of anything else.
std::optional<model::Profile> ProfileOf(const CommandLine& line, const char* option) {
  if (line.values().count(option) == 0) return std::nullopt;
  const std::string path = line.Text(option);
  model::Profile profile = proto::ReadProfile(path, {.open = {.max_unpacked_bytes = line.max_input_bytes()}});
  const bool is_contention = std::ranges::any_of(
      profile.value_types, [&](const model::ValueType& type) { return profile.symbols.text(type.type) == "contentions"; });
  if (!is_contention) {
    const std::string_view type =
        profile.value_types.empty() ? "nothing" : profile.symbols.text(profile.value_types[0].type);
    throw model::UsageError(fmt::format("--{} {}: is a profile of {}, wanted a mutex or block profile (contentions, delay)",
                                        option, path, type));
  }
  return profile;
}

}  // namespace

int RunGotraceContention(Arguments arguments) {
  CommandLine line(
      "gotrace", "contention TRACE [--mutex mutex.pb.gz] [--block block.pb.gz]",
      "Ranks locks and channels by the time they cost, with the code that waits and the code that had the lock meanwhile.\n"
      "Waits that are not over at the end of the trace count.");
  line.options().add_options()("mutex", po::value<std::string>()->value_name("FILE"),
                               "mutex profile of the same run, shown beside")(
      "block", po::value<std::string>()->value_name("FILE"), "block profile of the same run, shown beside");
  AddRowsOption(line.options(), "rows to show of each table; 0 shows all");
  AddTraceFilterOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();

  const std::optional<model::Profile> mutex = ProfileOf(line, "mutex"), block = ProfileOf(line, "block");
  const auto source = OpenTrace(line, path);
  analysis::TraceFilter filter(TraceFilterOf(line), *source);
  const analysis::Contention contention = FindContention(*source, filter);
  CheckMet(filter, path);
  const analysis::ContentionProfiles profiles{.mutex = mutex ? &*mutex : nullptr, .block = block ? &*block : nullptr};
  return EmitTraceReport(line, ContentionReport(contention, *source, profiles, RowsOf(line)), *source);
}

}  // namespace cli
