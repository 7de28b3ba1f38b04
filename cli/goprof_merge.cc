#include "cli/commands.h"
#include "cli/profile_options.h"
#include "proto/gzip.h"
#include "proto/pprof/writer.h"

namespace cli {

int RunGoprofMerge(Arguments arguments) {
  CommandLine line(
      "goprof", "merge PROFILE .. -o OUT",
      "Adds profiles up into one pprof file (gzip), with the filters that are given: `go tool pprof -proto`.\n\n"
      "  goprof merge -o all.pb.gz pod-*.pb.gz                         a fleet as one profile\n"
      "  goprof merge -focus=Handler -o handler.pb.gz cpu.pb.gz        a part of one\n"
      "  goprof merge -base=old.pb.gz -o delta.pb.gz new.pb.gz         a difference",
      Prints::kBytes);
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  const analysis::View view = options.LoadView();
  line.Write(proto::Gzip(proto::pprof::Write(view.profile())));
  return kClean;
}

}  // namespace cli
