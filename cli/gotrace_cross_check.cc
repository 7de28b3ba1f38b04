#include <fmt/format.h>

#include "analysis/trace/cross_check.h"
#include "cli/commands.h"
#include "cli/open_trace_part.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

struct Named {
  const char* option;
  analysis::ProfileKind kind;
};
constexpr Named kKinds[] = {{"cpu", analysis::ProfileKind::kCpu},
                            {"block", analysis::ProfileKind::kBlock},
                            {"mutex", analysis::ProfileKind::kMutex},
                            {"goroutine", analysis::ProfileKind::kGoroutine}};

// A block profile where --mutex says so is taken for one: the two have the same types, and the user knows.
void CheckKind(const std::string& path, const model::Profile& profile, const Named& wanted) {
  using analysis::ProfileKind;
  const auto found = analysis::KindOf(profile);
  const auto is_delay = [](ProfileKind kind) { return kind == ProfileKind::kBlock || kind == ProfileKind::kMutex; };
  if (found && (*found == wanted.kind || (is_delay(*found) && is_delay(wanted.kind)))) return;
  throw model::UsageError(fmt::format("{}: --{} wants a {} profile; this is {}", path, wanted.option, wanted.option,
                                      found ? fmt::format("a {} profile", Name(*found)) : "of another kind"));
}

}  // namespace

int RunGotraceCrossCheck(Arguments arguments) {
  CommandLine line(
      "gotrace", "cross-check --cpu|--block|--mutex|--goroutine FILE .. TRACE",
      "Holds profiles against a trace of the same time: same program, same window, the same numbers where they\n"
      "measure the same, and where not, why. Exits with 1 where they disagree and no harmless reason is known.");
  for (const Named& kind : kKinds) {
    line.options().add_options()(kind.option, po::value<Words>()->composing()->value_name("FILE"),
                                 fmt::format("a {} profile", kind.option).c_str());
  }
  AddRowsOption(line.options(), "rows to show of each table; 0 shows all");
  AddTraceWindowOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  std::vector<std::pair<std::string, Named>> wanted;
  for (const Named& kind : kKinds) {
    if (line.values().count(kind.option) == 0) continue;
    for (const std::string& file : line.values()[kind.option].as<Words>()) wanted.emplace_back(file, kind);
  }
  if (wanted.empty()) throw model::UsageError("wanted a profile: --cpu, --block, --mutex or --goroutine FILE");

  const auto source = OpenTracePart(line, path);
  const analysis::TraceSide trace = analysis::SummariseForCheck(*source);
  std::vector<analysis::ProfileCheck> checks;
  for (const auto& [file, kind] : wanted) {
    const model::Profile profile = proto::ReadProfile(file, {.open = {.max_unpacked_bytes = line.max_input_bytes()}});
    CheckKind(file, profile, kind);
    checks.push_back(CheckAgainst(trace, profile, kind.kind, file));
  }
  return EmitTraceReport(line, CrossCheckReport(trace, checks, RowsOf(line)), *source);
}

}  // namespace cli
