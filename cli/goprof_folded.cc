#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/profile_options.h"
#include "render/folded_text.h"

namespace cli {

int RunGoprofFolded(Arguments arguments) {
  CommandLine line("goprof", "folded PROFILE ..",
                   "Prints folded stacks: a line per stack, its frames from the root with ';' between them, and its value. "
                   "For a perf script text\n"
                   "it is what stackcollapse-perf.pl and inferno-collapse-perf print, sorted.\n\n"
                   "  perf script | goprof folded -                   what a flame graph is made from\n"
                   "  goprof folded --kernel -focus=Serve perf.txt    marks kernel frames, below Serve only\n"
                   "  goprof folded -sample_index=alloc_space heap.pb.gz");
  ProfileOptions options(line);
  line.options().add_options()("kernel", po::bool_switch(), "put _[k] behind kernel functions")(
      "jit", po::bool_switch(), "put _[j] behind functions compiled at run time")(
      "inline", po::bool_switch(), "put _[i] behind inlined functions")("all", po::bool_switch(), "all three")(
      "addrs", po::bool_switch(), "show the address of frames without a symbol");
  if (!line.Parse(arguments)) return kClean;
  const analysis::View view = options.LoadView();
  const bool all = line.Flag("all");
  line.Write(render::FoldedText(view.profile(), {.value = view.value(),
                                                 .mark_kernel = all || line.Flag("kernel"),
                                                 .mark_jit = all || line.Flag("jit"),
                                                 .mark_inlined = all || line.Flag("inline"),
                                                 .addresses = line.Flag("addrs")}));
  for (const auto& kind : view.profile().warnings.kinds()) {
    fmt::print(stderr, "goprof: {} x {}: {}\n", kind.count, kind.name, fmt::join(kind.examples, "; "));
  }
  return kClean;
}

}  // namespace cli
