#include "cli/profile_options.h"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "analysis/profile/frame_pruning.h"
#include "analysis/profile/merge.h"
#include "analysis/profile/symbol_names.h"
#include "cli/ordered_loads.h"
#include "cli/output_file.h"
#include "cli/perf_options.h"
#include "cli/symbolize_option.h"
#include "model/input_error.h"
#include "proto/formats.h"
#include "proto/processors.h"
#include "render/terminal_text.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

// pprof lets the program's binary stand in front of the profiles. We need no binary, so it is stepped over.
bool IsBinary(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[4] = {};
  return file.read(magic, 4) && std::string_view(magic, 4) ==
                                    "\x7f"
                                    "ELF";
}

}  // namespace

ProfileOptions::ProfileOptions(CommandLine& line) : line_(line) {
  const auto text = [](const char* name) { return po::value<std::string>()->default_value("")->value_name(name); };
  const auto flag = [] { return po::bool_switch(); };
  po::options_description values("Which values");
  values.add_options()("sample_index,sample-index", text("TYPE"),
                       "sample type to report, by name or number (default: as the profile asks)")(
      "inuse_space", flag(), "= -sample_index=inuse_space; so for the next ones")("inuse_objects", flag(), "")(
      "alloc_space", flag(), "")("alloc_objects", flag(), "")("total_delay", flag(), "= -sample_index=delay")(
      "contentions", flag(), "")("mean_delay", flag(), "= -mean -sample_index=delay")(
      "mean", flag(), "divide by the first value of the samples")(
      "divide_by", po::value<double>()->default_value(1, "1")->value_name("N"), "divide all values")(
      "unit", text("UNIT")->default_value("minimum"), "show values in UNIT; auto: each in its own");
  po::options_description filters("Which samples and frames (expressions match function, file and binary names)");
  filters.add_options()("focus", text("RE"), "only samples through a frame that matches")(
      "ignore", text("RE"), "no samples through a frame that matches")("hide", text("RE"), "leave frames out that match")(
      "show", text("RE"), "leave frames out that don't match")("show_from", text("RE"),
                                                               "cut stacks above the match nearest to the root")(
      "prune_from", text("RE"), "cut stacks below the match nearest to the leaf")(
      "tagfocus", text("[KEY=]RE|RANGE"), "only samples with such a label: acme, tenant=acme, 1kb:64kb, bytes=1mb:")(
      "tagignore", text("[KEY=]RE|RANGE"), "no samples with such a label")(
      "tagshow", text("RE"), "only labels with such a key")("taghide", text("RE"), "no labels with such a key")(
      "tagroot", text("KEYS"), "label values as frames at the root")("tagleaf", text("KEYS"),
                                                                     "label values as frames at the leaf");
  po::options_description sums("How it is summed up");
  sums.add_options()("flat", flag(), "sort by what a function itself costs (default)")(
      "cum", flag(), "sort by what it and its callees cost")("functions", flag(), "a row for each function (default)")(
      "filefunctions", flag(), "functions of equal name in different files apart")("files", flag(), "a row for each file")(
      "lines", flag(), "for each line")("addresses", flag(), "for each address")(
      "noinlines", flag(), "count inlined functions as their caller")("showcolumns", flag(),
                                                                      "tell the columns of a line apart")(
      "nodecount", po::value<int64_t>()->default_value(-1)->value_name("N"), "at most N rows (0: all; default: as pprof)")(
      "nodefraction", po::value<double>()->default_value(0.005, "0.005")->value_name("F"),
      "leave out rows below F of the total")("edgefraction",
                                             po::value<double>()->default_value(0.001, "0.001")->value_name("F"),
                                             "leave out edges below F of the total")(
      "trim", po::value<std::string>()->default_value("true")->value_name("BOOL"), "false: leave out nothing")(
      "drop_negative", flag(), "leave out rows below zero")("relative_percentages", flag(),
                                                            "percentages of what the filters left")(
      "call_tree", flag(), "accepted; matters for graphs only")("compact_labels", flag(), "short header")(
      "trim_path", text("PATHS"), "cut these off file names")("source_path", text("PATHS"), "look for sources here");
  po::options_description base("Compared with");
  base.add_options()("base", po::value<Words>()->composing()->value_name("FILE"),
                     "take FILE off, sample by sample (repeatable)")(
      "diff_base", po::value<Words>()->composing()->value_name("FILE"), "the same, and percentages are of FILE")(
      "normalize", flag(), "scale to the base's total first");
  line.options().add(values).add(filters).add(sums).add(base);
  AddPerfOptions(line);
  line.options().add_options()("symbolize", text("MODE"),
                               "names of C++ and Rust: demangle=full, templates or none; none: all as the profile has them");
}

std::string ProfileOptions::SampleIndex() const {
  std::string chosen = line_.Text("sample_index");
  const auto shortcut = [&](const char* flag, const char* type) {
    if (line_.Flag(flag) && chosen.empty()) chosen = type;
  };
  shortcut("total_delay", "delay");
  shortcut("mean_delay", "delay");
  for (const char* type : {"contentions", "inuse_space", "inuse_objects", "alloc_space", "alloc_objects"})
    shortcut(type, type);
  return chosen;
}

int ProfileOptions::Stream(const std::function<void(const analysis::TextSink&)>& report) const {
  OutputFile output(line_.Text("output"));
  report({.escape = render::TerminalText,
          .write = [&](std::string_view text) { output.Write(text); },
          .threads = proto::Processors()});
  output.Commit();
  return kClean;
}

analysis::ViewOptions ProfileOptions::ViewAsked() const {
  const auto number = [&](const char* name) { return line_.values()[name].as<double>(); };
  analysis::ViewOptions options{.sample_index = SampleIndex(),
                                .mean = line_.Flag("mean") || line_.Flag("mean_delay"),
                                .divide_by = number("divide_by"),
                                .unit = line_.Text("unit"),
                                .inlines = !line_.Flag("noinlines"),
                                .columns = line_.Flag("showcolumns"),
                                .relative_percentages = line_.Flag("relative_percentages"),
                                .drop_negative = line_.Flag("drop_negative"),
                                .sort_by_cum = line_.Flag("cum"),
                                .compact_labels = line_.Flag("compact_labels"),
                                .trim = ParseBool("trim", line_.Text("trim")),
                                .node_count = line_.values()["nodecount"].as<int64_t>(),
                                .node_fraction = number("nodefraction"),
                                .edge_fraction = number("edgefraction"),
                                .filters = {.focus = line_.Text("focus"),
                                            .ignore = line_.Text("ignore"),
                                            .hide = line_.Text("hide"),
                                            .show = line_.Text("show"),
                                            .show_from = line_.Text("show_from"),
                                            .prune_from = line_.Text("prune_from"),
                                            .tag_focus = line_.Text("tagfocus"),
                                            .tag_ignore = line_.Text("tagignore"),
                                            .tag_show = line_.Text("tagshow"),
                                            .tag_hide = line_.Text("taghide")},
                                .tag_root = line_.Text("tagroot"),
                                .tag_leaf = line_.Text("tagleaf"),
                                .trim_path = line_.Text("trim_path"),
                                .source_path = line_.Text("source_path")};
  if (line_.Flag("cum") && line_.Flag("flat")) throw model::UsageError("-flat and -cum contradict each other");
  using model::Granularity;
  const std::vector<std::pair<const char*, Granularity>> granularities = {{"functions", Granularity::kFunctions},
                                                                          {"filefunctions", Granularity::kFileFunctions},
                                                                          {"files", Granularity::kFiles},
                                                                          {"lines", Granularity::kLines},
                                                                          {"addresses", Granularity::kAddresses}};
  const char* chosen = nullptr;
  for (const auto& [name, granularity] : granularities) {
    if (!line_.Flag(name)) continue;
    if (chosen != nullptr) throw model::UsageError(fmt::format("-{} and -{} contradict each other", chosen, name));
    chosen = name;
    options.granularity = granularity;
  }
  return options;
}

model::Profile ProfileOptions::LoadOne(const std::string& path, size_t beside) const {
  model::Profile profile = proto::ReadProfile(path, {.open = {.max_unpacked_bytes = line_.max_input_bytes()},
                                                     .perf = PerfOptionsAsked(line_),
                                                     .folded = folded_order_,
                                                     .is_one_of_many = beside > proto::Processors()});
  analysis::NameFunctions(profile, NamingAsked(line_.Text("symbolize")));
  analysis::DropFrames(profile);
  return profile;
}

std::vector<model::Profile> ProfileOptions::LoadEach(const Words& paths) const {
  std::vector<model::Profile> profiles;
  OrderedLoads<model::Profile> loads(paths.size(), [&](size_t at) { return LoadOne(paths[at], paths.size()); });
  while (auto profile = loads.Next()) profiles.push_back(std::move(*profile));
  return profiles;
}

model::Profile ProfileOptions::Load(const Words& inputs) const {
  const auto files = [&](const char* name) { return Given(name) ? line_.values()[name].as<Words>() : Words(); };
  const Words base = files("base"), diff_base = files("diff_base");
  if (!base.empty() && !diff_base.empty()) throw model::UsageError("-base and -diff_base contradict each other");
  const bool has_base = !base.empty() || !diff_base.empty();
  if (!has_base && line_.Flag("normalize")) throw model::UsageError("-normalize needs -base or -diff_base");
  const bool has_binary = inputs.size() > 1 && IsBinary(inputs[0]);
  Words paths(inputs.begin() + (has_binary ? 1 : 0), inputs.end());
  const size_t sources = paths.size();
  paths.insert(paths.end(), base.begin(), base.end());
  paths.insert(paths.end(), diff_base.begin(), diff_base.end());
  if (paths.size() == 1) return LoadOne(paths[0]);
  analysis::Merging source_sum, base_sum;
  OrderedLoads<analysis::Addend> loads(paths.size(), [&](size_t at) {
    return (at < sources ? source_sum : base_sum).Prepared(LoadOne(paths[at], paths.size()));
  });
  const auto sum = [&](analysis::Merging& merging, size_t count) {
    for (size_t i = 0; i < count; ++i) merging.Add(*loads.Next());
    return std::move(merging).Finish();
  };
  model::Profile profile = sum(source_sum, sources);
  if (!has_base) return profile;
  return analysis::Subtract(std::move(profile), sum(base_sum, paths.size() - sources),
                            base.empty() ? analysis::Subtraction::kDiffBase : analysis::Subtraction::kBase,
                            line_.Flag("normalize") ? analysis::Normalize::kYes : analysis::Normalize::kNo);
}

}  // namespace cli
