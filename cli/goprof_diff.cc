#include "analysis/profile/diff.h"

#include "analysis/profile/diff_report.h"
#include "cli/commands.h"
#include "cli/profile_options.h"
#include "cli/sides.h"

namespace cli {
int RunGoprofDiff(Arguments arguments) {
  CommandLine line("goprof", "diff BEFORE AFTER",
                   "Says what changed between two profiles, or two groups of them, and what of it is more than noise.\n"
                   "Exits with 1 where a function changed beyond noise and by at least --min-change of the total.\n\n"
                   "  goprof diff old.pb.gz new.pb.gz                 which function got slower\n"
                   "  goprof diff --before a*.pb.gz --after b*.pb.gz  several runs: from four a side their spread counts\n"
                   "  goprof diff --normalize old.pb.gz new.pb.gz     other load, other length: compare shares\n"
                   "  goprof diff -sample_index=alloc_space a b       any sample type");
  ProfileOptions options(line);
  AddSideOptions(line.options(), "profiles");
  line.options().add_options()("alpha", po::value<double>()->default_value(0.05, "0.05")->value_name("P"),
                               "share of false calls to live with")(
      "min-change", po::value<double>()->default_value(0.005, "0.005")->value_name("F"),
      "changes below F of the total are no reason to exit with 1")(
      "stacks", po::value<size_t>()->default_value(100)->value_name("N"), "stacks in --json, largest change first");
  const std::vector<std::string> words = WithRepeatedSides(arguments);
  if (!line.Parse(words)) return kClean;
  const Sides sides = SidesOf(line);
  analysis::ViewOptions view = options.ViewAsked();
  view.filters.must_match = false;  // what one side alone has is just what is looked for
  const auto views = [&](const std::vector<std::string>& files) {
    std::vector<analysis::View> loaded;
    for (const std::string& file : files) loaded.emplace_back(options.LoadOne(file), view);
    return loaded;
  };
  const analysis::DiffSettings settings{.normalize = line.Flag("normalize"),
                                        .alpha = line.values()["alpha"].as<double>(),
                                        .min_share = line.values()["min-change"].as<double>(),
                                        .stacks_kept = line.values()["stacks"].as<size_t>()};
  return line.Emit(analysis::DiffReport(analysis::Compare(views(sides.before), views(sides.after), settings)));
}

}  // namespace cli
