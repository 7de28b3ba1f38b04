#include "analysis/profile/diff.h"

#include <algorithm>

#include "analysis/profile/diff_report.h"
#include "analysis/profile/leak_candidates.h"
#include "cli/commands.h"
#include "cli/profile_options.h"
#include "cli/sides.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

// The two sides, and how they are to be compared. Files are read again for each sample type.
class Comparison {
 public:
  Comparison(const CommandLine& line, const ProfileOptions& options)
      : options_(options),
        sides_(SidesOf(line)),
        settings_{.normalize = line.Flag("normalize"),
                  .alpha = line.values()["alpha"].as<double>(),
                  .min_share = line.values()["min-change"].as<double>(),
                  .stacks_kept = line.values()["stacks"].as<size_t>()} {}

  // Empty type: as asked for, or as the profiles ask.
  model::Report Report(const std::string& type) const {
    const analysis::Diff diff = Compare(type);
    model::Report report = analysis::DiffReport(diff);
    if (diff.type == "inuse_space" && HasAll({"inuse_objects", "alloc_space"})) {
      report.blocks.push_back(
          analysis::LeakTable(analysis::LeakCandidates(diff, Compare("inuse_objects"), Compare("alloc_space"))));
    }
    return report;
  }

  model::Report AllTypes() const {
    const Words types = Types();
    std::vector<model::Report> reports;
    for (const std::string& type : types) reports.push_back(Report(type));
    return analysis::JoinedReport(reports, types);
  }

 private:
  // Of the first file; the others must have them too, or Compare says so.
  Words Types() const {
    const model::Profile first = options_.LoadOne(sides_.before[0]);
    Words types;
    for (const model::ValueType& type : first.value_types) types.emplace_back(first.symbols.text(type.type));
    return types;
  }

  bool HasAll(const Words& wanted) const {
    const Words types = Types();
    return std::ranges::all_of(wanted, [&](const std::string& type) { return std::ranges::count(types, type) > 0; });
  }

  analysis::Diff Compare(const std::string& type) const {
    analysis::ViewOptions view = options_.ViewAsked();
    view.filters.must_match = false;  // what one side alone has is just what is looked for
    if (!type.empty()) view.sample_index = type;
    Words files = sides_.before;
    files.insert(files.end(), sides_.after.begin(), sides_.after.end());
    std::vector<analysis::View> before, after;
    for (model::Profile& profile : options_.LoadEach(files))
      (before.size() < sides_.before.size() ? before : after).emplace_back(std::move(profile), view);
    return analysis::Compare(before, after, settings_);
  }

  const ProfileOptions& options_;
  Sides sides_;
  analysis::DiffSettings settings_;
};

}  // namespace

int RunGoprofDiff(Arguments arguments) {
  CommandLine line("goprof", "diff BEFORE AFTER",
                   "Says what changed between two profiles, or two groups of them, and what of it is more than noise.\n"
                   "Exits with 1 where a function changed beyond noise and by at least --min-change of the total.\n\n"
                   "  goprof diff old.pb.gz new.pb.gz                 which function got slower\n"
                   "  goprof diff --before a*.pb.gz --after b*.pb.gz  several runs: from four a side their spread counts\n"
                   "  goprof diff --normalize old.pb.gz new.pb.gz     other load, other length: compare shares\n"
                   "  goprof diff -sample_index=alloc_space a b       any sample type\n"
                   "  goprof diff --all-types old.pb.gz new.pb.gz     each sample type they have, one after the other");
  ProfileOptions options(line);
  AddSideOptions(line.options(), "profiles");
  line.options().add_options()("alpha", po::value<double>()->default_value(0.05, "0.05")->value_name("P"),
                               "share of false calls to live with")(
      "min-change", po::value<double>()->default_value(0.005, "0.005")->value_name("F"),
      "changes below F of the total are no reason to exit with 1")(
      "stacks", po::value<size_t>()->default_value(100)->value_name("N"), "stacks in --json, largest change first")(
      "all-types", po::bool_switch(), "compare every sample type");
  const std::vector<std::string> words = WithRepeatedSides(arguments);
  if (!line.Parse(words)) return kClean;
  const Comparison comparison(line, options);
  return line.Emit(line.Flag("all-types") ? comparison.AllTypes() : comparison.Report(""));
}

}  // namespace cli
