#include "analysis/profile/tags.h"

#include "cli/commands.h"
#include "cli/profile_options.h"

namespace cli {

int RunGoprofTags(Arguments arguments) {
  CommandLine line("goprof", "tags PROFILE ..",
                   "Lists the labels of the samples and how much of the value each has: `go tool pprof -tags`.\n\n"
                   "  goprof tags cpu.pb.gz                         tenants, endpoints, .. by CPU time\n"
                   "  goprof tags -tagshow=tenant cpu.pb.gz         one label");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  return line.Emit(analysis::Tags(options.LoadView()));
}

}  // namespace cli
