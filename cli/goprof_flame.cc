#include <fmt/format.h>

#include <map>

#include "analysis/frame_change.h"
#include "analysis/frame_merge.h"
#include "analysis/frame_profile.h"
#include "cli/commands.h"
#include "cli/flame_options.h"
#include "cli/profile_options.h"
#include "cli/sides.h"
#include "model/input_error.h"
#include "model/units.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kExplanation =
    "Draws a flame graph as one SVG file: on standard output, or into FILE with -o. Several files are added up.\n\n"
    "  goprof flame -o out.svg cpu.pb.gz                          where the time goes\n"
    "  goprof flame -reverse -focus=mallocgc -o out.svg cpu.pb.gz who calls the allocator\n"
    "  goprof flame --diff before.pb.gz after.pb.gz -o out.svg    what changed; gone paths stay visible\n"
    "  goprof flame --before a1 a2 a3 --after b1 b2 b3 -o out.svg the same, grey where it is no more than noise\n"
    "  perf script | goprof flame - --color 'libc=#ff6b6b'        your own colours, first match wins";

void AddChangeOptions(CommandLine& line) {
  const auto choice = [](const char* value, const char* names) {
    return po::value<std::string>()->default_value(value)->value_name(names);
  };
  po::options_description change("What changed");
  AddSideOptions(change, "recordings");
  change.add_options()("diff", po::bool_switch(),
                       "two inputs, before and after (or one file of folded stacks with two columns)")(
      "diff-width", choice("max", "SIDE"), "widths: before, after, max (the larger at each stack) or sum")(
      "diff-color", choice("total", "VALUE"), "colours: change of a frame with its callees (total) or alone (self)")(
      "diff-scale", choice("relative", "SCALE"),
      "colours: against the frame's own value (relative) or the largest change (absolute)")(
      "negate", po::bool_switch(), "colours the other way round: more is blue, less is orange");
  line.options().add(change);
}

template <class Choice>
Choice Choose(const CommandLine& line, const char* name, const std::map<std::string, Choice>& choices) {
  const auto found = choices.find(line.Text(name));
  if (found != choices.end()) return found->second;
  std::string names;
  for (const auto& [one, value] : choices) names += (names.empty() ? "" : ", ") + one;
  throw model::UsageError(fmt::format("--{} {}: wanted one of {}", name, line.Text(name), names));
}

render::FlameChangeOptions ChangeOptions(const CommandLine& line) {
  using namespace render;
  return {
      .width = Choose<ChangeWidth>(line, "diff-width",
                                   {{"before", ChangeWidth::kBefore},
                                    {"after", ChangeWidth::kAfter},
                                    {"max", ChangeWidth::kMax},
                                    {"sum", ChangeWidth::kSum}}),
      .colour = Choose<ChangeColour>(line, "diff-color", {{"total", ChangeColour::kTotal}, {"self", ChangeColour::kSelf}}),
      .scale = Choose<ChangeScale>(line, "diff-scale",
                                   {{"relative", ChangeScale::kRelative}, {"absolute", ChangeScale::kAbsolute}}),
      .is_normalized = line.Flag("normalize"),
      .is_negated = line.Flag("negate")};
}

std::string BaseName(const std::string& path) { return path == "-" ? "standard input" : path.substr(path.rfind('/') + 1); }

// One run of the command: the options, and the trees they make of files.
class Flame {
 public:
  Flame(const CommandLine& line, const ProfileOptions& profiles, const FlameOptions& flames)
      : line_(line), profiles_(profiles), flames_(flames) {}

  std::string DrawPlain() const;
  std::string DrawChange(const Words& before, const Words& after) const;
  // One file, two columns.
  std::string DrawColumns(const std::string& file) const;

 private:
  analysis::View View(const Words& files) const;
  analysis::FrameMergeOptions MergeOptions(const analysis::ViewOptions& view) const;
  void AddRun(analysis::FrameMerger& merger, const std::string& file) const;
  std::string Finish(model::FrameTree tree, const std::string& title, bool has_runs) const;

  const CommandLine& line_;
  const ProfileOptions& profiles_;
  const FlameOptions& flames_;
};

analysis::View Flame::View(const Words& files) const {
  analysis::ViewOptions options = profiles_.ViewAsked();
  options.filters.must_match =
      !line_.Flag("diff") && line_.values().count("before") == 0;  // one side may lack what the other has
  const std::string exclude = flames_.exclude();
  if (!exclude.empty())
    options.filters.ignore =
        options.filters.ignore.empty() ? exclude : fmt::format("(?:{})|{}", options.filters.ignore, exclude);
  return {profiles_.Load(files), options};
}

analysis::FrameMergeOptions Flame::MergeOptions(const analysis::ViewOptions& view) const {
  return {.granularity = view.granularity.value_or(model::Granularity::kFunctions),
          .inlines = view.inlines,
          .from = flames_.is_reversed() ? analysis::MergeFrom::kLeaf : analysis::MergeFrom::kRoot,
          .bases = flames_.roots(),
          .application = flames_.application()};
}

std::string Subtitle(const model::FrameTree& tree, const model::Profile& profile) {
  const int64_t total = model::TotalOf(tree.sides[0].self);
  const bool is_count = tree.unit == "count" || tree.unit.empty();
  std::string text = is_count ? fmt::format("{} {}", model::FormatCount(static_cast<uint64_t>(total)), tree.value_type)
                              : fmt::format("{}: {}", tree.value_type, model::FormatValue(total, tree.unit));
  if (profile.duration_nanos > 0) text += fmt::format(" in {}", model::FormatValue(profile.duration_nanos, "nanoseconds"));
  if (tree.negative_samples > 0)
    text += fmt::format(", {} negative samples left out", model::FormatCount(tree.negative_samples));
  return text;
}

void RefuseEmpty(const model::FrameTree& tree, const std::string& file) {
  for (const model::FrameSide& side : tree.sides) {
    if (model::TotalOf(side.self) != 0) return;
  }
  throw model::InputError(file, fmt::format("has no {} to draw", tree.value_type.empty() ? "samples" : tree.value_type));
}

std::string Flame::DrawPlain() const {
  const Words files = line_.Inputs(1);
  const analysis::View view = View(files);
  model::FrameTree tree = flames_.is_chart()
                              ? analysis::SequenceFrames(view.profile(), view.value(), MergeOptions(view.options()))
                              : analysis::MergeFrames(view.profile(), view.value(), MergeOptions(view.options()));
  RefuseEmpty(tree, BaseName(files[0]));
  const std::string more = files.size() > 1 ? fmt::format(" and {} more", files.size() - 1) : "";
  const std::string subtitle = Subtitle(tree, view.profile());
  return flames_.Draw(std::move(tree), BaseName(files[0]) + more, subtitle);
}

void Flame::AddRun(analysis::FrameMerger& merger, const std::string& file) const {
  const analysis::View view = View({file});
  if (const auto count_type = analysis::CountKind(view.profile(), view.value())) {
    merger.AddRun(view.profile(), view.value(), *count_type);
  } else {
    merger.Add(view.profile(), view.value());
  }
}

std::string Flame::Finish(model::FrameTree tree, const std::string& title, bool has_runs) const {
  const render::FlameChangeOptions options = ChangeOptions(line_);
  RefuseEmpty(tree, title);
  if (options.is_normalized) analysis::ScaleBefore(tree);
  if (has_runs) {
    analysis::MarkNoise(
        tree, options.colour == render::ChangeColour::kTotal ? analysis::ChangeOf::kTotal : analysis::ChangeOf::kSelf,
        options.is_normalized ? analysis::ChangeIn::kShare : analysis::ChangeIn::kAmount);
  }
  const auto total = [&](size_t side) { return model::FormatValue(model::TotalOf(tree.sides[side].self), tree.unit); };
  return flames_.DrawChange(tree, options, title,
                            fmt::format("{}: {} before, {} after", tree.value_type, total(0), total(1)));
}

std::string Flame::DrawChange(const Words& before, const Words& after) const {
  analysis::FrameMerger merger(MergeOptions(profiles_.ViewAsked()));
  merger.AddSide("before");
  for (const std::string& file : before) AddRun(merger, file);
  merger.AddSide("after");
  for (const std::string& file : after) AddRun(merger, file);
  model::FrameTree tree = merger.Take();
  analysis::ScaleToRuns(tree, before.size(), after.size());
  const bool has_runs = tree.sides[0].runs.size() == before.size() && tree.sides[1].runs.size() == after.size();
  return Finish(std::move(tree), fmt::format("{} → {}", BaseName(before[0]), BaseName(after[0])), has_runs);
}

std::string Flame::DrawColumns(const std::string& file) const {
  const analysis::View view = View({file});
  if (view.profile().value_count() != 2)
    throw model::UsageError("--diff wants two inputs, before and after, or folded stacks with two columns");
  analysis::FrameMerger merger(MergeOptions(view.options()));
  merger.AddSide("before");
  merger.AddRun(view.profile(), 0, 0);
  merger.AddSide("after");
  merger.AddRun(view.profile(), 1, 1);
  model::FrameTree tree = merger.Take();
  tree.value_type = "samples";
  return Finish(std::move(tree), BaseName(file), true);
}

}  // namespace

int RunGoprofFlame(Arguments arguments) {
  CommandLine line("goprof", "flame PROFILE ..", kExplanation, Prints::kBytes);
  FlameOptions flames(line);
  AddChangeOptions(line);
  ProfileOptions profiles(line);
  if (!line.Parse(WithRepeatedSides(arguments))) return kClean;
  flames.Check();
  if (flames.is_chart()) profiles.KeepOrder();
  ChangeOptions(line);
  const Flame flame(line, profiles, flames);
  if (line.values().count("before") + line.values().count("after") != 0) {
    const Sides sides = SidesOf(line);
    line.Write(flame.DrawChange(sides.before, sides.after));
  } else if (line.Flag("diff")) {
    const Words inputs = line.Inputs(1, 2);
    line.Write(inputs.size() == 1 ? flame.DrawColumns(inputs[0]) : flame.DrawChange({inputs[0]}, {inputs[1]}));
  } else {
    line.Write(flame.DrawPlain());
  }
  return kClean;
}

}  // namespace cli
