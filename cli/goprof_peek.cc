#include "cli/commands.h"

#include "analysis/profile/tree.h"
#include "cli/profile_options.h"

namespace cli {

int RunGoprofPeek(Arguments arguments) {
  CommandLine line("goprof", "peek RE PROFILE ..",
                   "Shows the callers and callees of the functions that match RE, none left out: `go tool pprof -peek`.\n\n"
                   "  goprof peek 'json.*Marshal' cpu.pb.gz         who calls it, and where its time goes");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  auto inputs = line.Inputs(2);
  const std::string expression = inputs.front();
  inputs.erase(inputs.begin());
  return line.Emit(analysis::Peek({options.Load(inputs), options.ViewAsked()}, expression));
}

}  // namespace cli
