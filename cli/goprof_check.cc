#include "analysis/profile/check.h"

#include <algorithm>
#include <optional>

#include "cli/commands.h"
#include "cli/profile_options.h"

namespace cli {
namespace {

// Of a heap profile it is what was allocated that shows bad habits; what is in use is for `goprof diff`.
analysis::CheckedProfile Open(const ProfileOptions& options, const std::string& file) {
  model::Profile profile = options.LoadOne(file);
  analysis::ViewOptions view = options.ViewAsked();
  const bool has_allocations = std::ranges::any_of(
      profile.value_types, [&](const model::ValueType& type) { return profile.symbols.text(type.type) == "alloc_space"; });
  if (view.sample_index.empty() && has_allocations) view.sample_index = "alloc_space";
  return {file, {std::move(profile), view}};
}

}  // namespace

int RunGoprofCheck(Arguments arguments) {
  CommandLine line("goprof", "check PROFILE ..",
                   "Looks for known problems: time lost to allocation, stack growth, locks, system calls and more, with who "
                   "causes it; contended locks;\n"
                   "goroutines that pile up; and profiles that can't be trusted. Each file is looked at on its own, "
                   "goroutine profiles also in time.\n"
                   "Exits with 1 where anything is more than a note.\n\n"
                   "  goprof check cpu.pb.gz mutex.pb.gz goroutine.*.pb.gz\n"
                   "  goprof check heap.pb.gz                               allocation sites, timers, pools\n"
                   "  goprof check --pgo default.pgo cpu.pb.gz              does default.pgo still fit the build?");
  ProfileOptions options(line);
  line.options().add_options()("pgo", po::value<std::string>()->value_name("FILE"),
                               "the profile that the build is optimised with: is it stale?");
  if (!line.Parse(arguments)) return kClean;
  std::vector<analysis::CheckedProfile> profiles;
  for (const std::string& file : line.Inputs(1)) profiles.push_back(Open(options, file));
  std::optional<analysis::CheckedProfile> pgo;
  if (line.values().count("pgo") != 0) pgo = Open(options, line.Text("pgo"));
  return line.Emit(analysis::CheckReport(profiles, pgo ? &*pgo : nullptr));
}

}  // namespace cli
