#include "analysis/profile/raw.h"

#include "cli/commands.h"
#include "cli/profile_options.h"
#include "render/profile_json.h"

namespace cli {

int RunGoprofRaw(Arguments arguments) {
  CommandLine line("goprof", "raw PROFILE ..",
                   "Prints the tables of a profile as they are: `go tool pprof -raw`.\n"
                   "--json has frames and samples, as `goprof convert --to json` writes them.\n\n"
                   "  goprof raw cpu.pb.gz                          what the file says");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  const analysis::View view = options.LoadView();
  return options.Stream([&](const analysis::TextSink& sink) {
    if (line.Flag("json"))
      render::ProfileJson(view.profile(), sink.write);
    else
      analysis::Raw(view, sink);
  });
}

}  // namespace cli
