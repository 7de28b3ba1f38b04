#include "cli/commands.h"

#include "analysis/profile/source_list.h"
#include "cli/profile_options.h"

namespace cli {

int RunGoprofList(Arguments arguments) {
  CommandLine line(
      "goprof", "list RE PROFILE ..",
      "Prints the source of the functions that match RE, each line with what it cost: `go tool pprof -list`.\n\n"
      "  goprof list main.work cpu.pb.gz                       sources under the working folder\n"
      "  goprof list -trim_path=/build -source_path=src Work cpu.pb.gz");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  auto inputs = line.Inputs(2);
  const std::string expression = inputs.front();
  inputs.erase(inputs.begin());
  return line.Emit(analysis::SourceList({options.Load(inputs), options.ViewAsked()}, expression));
}

}  // namespace cli
