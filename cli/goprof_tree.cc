#include "analysis/profile/tree.h"

#include "cli/commands.h"
#include "cli/profile_options.h"

namespace cli {

int RunGoprofTree(Arguments arguments) {
  CommandLine line("goprof", "tree PROFILE ..",
                   "Lists every function with its callers above and its callees below it: `go tool pprof -tree`.\n\n"
                   "  goprof tree -nodecount=10 cpu.pb.gz           the ten largest, with who calls them\n"
                   "  goprof tree -focus=Handler cpu.pb.gz          only stacks through a handler");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  return line.Emit(analysis::Tree(options.LoadView()));
}

}  // namespace cli
