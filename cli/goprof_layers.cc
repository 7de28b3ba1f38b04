#include "analysis/profile/layers.h"
#include "cli/commands.h"
#include "cli/profile_options.h"

namespace cli {

int RunGoprofLayers(Arguments arguments) {
  CommandLine line(
      "goprof", "layers PROFILE ..",
      "Says whose instructions were run: the program's own, modules', the standard library's, the runtime's, the "
      "collector's,\n"
      "the kernel's or C's; for which of the program's functions; and what the runtime did on its own account.\n\n"
      "  perf script | goprof layers -                 kernel and all\n"
      "  goprof layers -focus=ServeHTTP cpu.pb.gz      of what happens below a handler");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  return line.Emit(analysis::LayersReport(options.LoadView()));
}

}  // namespace cli
