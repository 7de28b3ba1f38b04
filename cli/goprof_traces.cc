#include "analysis/profile/traces.h"

#include "cli/commands.h"
#include "cli/profile_options.h"
#include "render/profile_json.h"

namespace cli {

int RunGoprofTraces(Arguments arguments) {
  CommandLine line("goprof", "traces PROFILE ..",
                   "Prints every sample with its labels, value and stack: `go tool pprof -traces`.\n"
                   "--json has frames and samples, as `goprof convert --to json` writes them.\n\n"
                   "  goprof traces -focus=Lock mutex.pb.gz         whole stacks through a function");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  analysis::View view = options.LoadView();
  return options.Stream([&](const analysis::TextSink& sink) {
    if (line.Flag("json"))
      render::ProfileJson(view.profile(), sink.write);
    else
      analysis::Traces(view, sink);
  });
}

}  // namespace cli
