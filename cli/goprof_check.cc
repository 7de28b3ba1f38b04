#include "analysis/profile/check.h"

#include "cli/commands.h"
#include "cli/profile_options.h"

namespace cli {

int RunGoprofCheck(Arguments arguments) {
  CommandLine line("goprof", "check PROFILE ..",
                   "Looks for known problems: time lost to allocation, stack growth, locks, system calls and more, with who "
                   "causes it; contended locks;\n"
                   "goroutines that pile up; and profiles that can't be trusted. Each file is looked at on its own, "
                   "goroutine profiles also in time.\n"
                   "Exits with 1 where anything is more than a note.\n\n"
                   "  goprof check cpu.pb.gz mutex.pb.gz goroutine.*.pb.gz\n"
                   "  goprof check -sample_index=alloc_space heap.pb.gz     allocation sites, timers, pools");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  std::vector<analysis::CheckedProfile> profiles;
  for (const std::string& file : line.Inputs(1)) profiles.push_back({file, {options.LoadOne(file), options.ViewAsked()}});
  return line.Emit(analysis::CheckReport(profiles));
}

}  // namespace cli
