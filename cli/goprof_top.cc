#include "analysis/profile/top.h"

#include "cli/commands.h"
#include "cli/profile_options.h"

namespace cli {

int RunGoprofTop(Arguments arguments) {
  CommandLine line("goprof", "top PROFILE ..",
                   "Lists the functions that cost most: itself (flat) and with what it calls (cum). The text is `go tool "
                   "pprof -top`'s; --json\n"
                   "has all rows in base units.\n\n"
                   "  goprof top cpu.pb.gz                            where the time goes\n"
                   "  goprof top -cum -focus=Handler cpu.pb.gz        ... below a handler\n"
                   "  goprof top -sample_index=alloc_space heap.pb.gz what allocates\n"
                   "  goprof top -tagfocus=tenant=acme cpu.pb.gz      one tenant's share\n"
                   "  goprof top -diff_base=old.pb.gz new.pb.gz       what changed (see also `goprof diff`)");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  analysis::ViewOptions view = options.ViewAsked();
  // Machines get all rows, unless a limit was asked for.
  if (line.Flag("json") && !options.Given("nodefraction")) view.node_fraction = 0;
  return line.Emit(analysis::Top({options.Load(), view}));
}

}  // namespace cli
