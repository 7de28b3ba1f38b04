#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "analysis/frame_merge.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "model/input_error.h"
#include "model/units.h"
#include "proto/byte_source.h"
#include "proto/formats.h"
#include "render/flame_svg.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

void AddOptions(po::options_description& options) {
  const auto words = [] { return po::value<Words>()->composing(); };
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto number = [](double value, const char* shown) { return po::value<double>()->default_value(value, shown)->value_name("N"); };
  options.add_options()("sample-index,sample_index", text("TYPE"), "the sample type, by name or number; without it the profile's default");
  options.add_options()("icicle,inverted", po::bool_switch(), "the root on top");
  options.add_options()("reverse", po::bool_switch(), "merge from the leaves: callers hang on what was running");
  options.add_options()("flamechart", po::bool_switch(), "siblings as the input has them, not by name");
  options.add_options()("base", words()->value_name("FUNCTION"), "make FUNCTION a root, leave stacks without it out (may be repeated)");
  options.add_options()("granularity", text("WHAT")->default_value("functions"), "functions, filefunctions, files, lines or addresses");
  options.add_options()("title", text("TEXT"), "instead of the file's name");
  options.add_options()("subtitle", text("TEXT"), "under the title; without it: sample type, total, duration");
  options.add_options()("notes", text("TEXT"), "kept in the file, not shown");
  options.add_options()("width", po::value<double>()->value_name("PIXELS"), "a fixed width; without it the browser's window, 1200 elsewhere");
  options.add_options()("height", number(16, "16"), "of a frame, in pixels");
  options.add_options()("min-width,minwidth", text("PIXELS")->default_value("0.1"), "leave frames out that are narrower: pixels, or a share such as 0.05%");
  options.add_options()("fonttype", text("FAMILY"), "font of the labels");
  options.add_options()("fontsize", number(12, "12"), "in pixels");
  options.add_options()("fontwidth", number(0.6, "0.6"), "of a character, as a share of the size");
  options.add_options()("countname", text("UNIT"), "instead of the sample type's unit");
  options.add_options()("factor", number(1, "1"), "multiply shown values");
  options.add_options()("colors", text("PALETTE")->default_value("go"), ("palette: " + render::Palette::Names()).c_str());
  options.add_options()("color", words()->value_name("RE=COLOUR"), "a colour of your own for frames that match; the first match wins (may be repeated)");
  options.add_options()("color-rules", text("FILE"), "such rules from a file, one a line");
  options.add_options()("bgcolors", text("COLOUR"), "background");
  options.add_options()("search-color", text("COLOUR"), "of frames that a search found");
  options.add_options()("application", text("PATH"), "import path of your module, for the go palette where the input has no file names");
}

analysis::FrameText ParseGranularity(const std::string& text) {
  using analysis::FrameText;
  if (text == "functions") return FrameText::kFunctions;
  if (text == "filefunctions") return FrameText::kFileFunctions;
  if (text == "files") return FrameText::kFiles;
  if (text == "lines") return FrameText::kLines;
  if (text == "addresses") return FrameText::kAddresses;
  throw model::UsageError(fmt::format("--granularity {}: wanted functions, filefunctions, files, lines or addresses", text));
}

std::optional<render::Rgb> ColourOption(const CommandLine& line, const char* name) {
  const std::string text = line.Text(name);
  if (text.empty()) return std::nullopt;
  const auto colour = render::ParseColour(text);
  if (!colour) throw model::UsageError(fmt::format("--{} {}: wanted #rgb, #rrggbb, rgb(r,g,b) or a colour's name", name, text));
  return colour;
}

double InRange(const CommandLine& line, const char* name, double least, double most) {
  const double value = line.values()[name].as<double>();
  if (!(value >= least && value <= most)) throw model::UsageError(fmt::format("--{} {}: wanted {} to {}", name, value, least, most));
  return value;
}

std::string ReadAll(const std::string& path) {
  const auto source = proto::OpenInput(path, {});
  std::string text;
  for (auto bytes = source->Next(); !bytes.empty(); bytes = source->Next()) text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text;
}

render::ColourRules ReadRules(const CommandLine& line) {
  render::ColourRules rules;
  if (line.values().count("color") != 0) {
    for (const std::string& rule : line.values()["color"].as<Words>()) rules.Add(rule);
  }
  if (const std::string file = line.Text("color-rules"); !file.empty()) rules.AddFile(ReadAll(file), file);
  return rules;
}

size_t ValueTypeIndex(const model::Profile& profile, const std::string& wanted) {
  if (profile.value_count() == 0) throw model::UsageError("the profile has no sample types");
  if (wanted.empty()) return model::DefaultValueType(profile);
  std::string choice;
  for (size_t i = 0; i < profile.value_count(); ++i) {
    const std::string_view type = profile.symbols.text(profile.value_types[i].type);
    if (type == wanted || std::to_string(i) == wanted) return i;
    choice += fmt::format("{}{}", i == 0 ? "" : ", ", type);
  }
  throw model::UsageError(fmt::format("no samples of type \"{}\"; this profile has: {}", wanted, choice));
}

analysis::FrameMergeOptions MergeOptions(const CommandLine& line) {
  analysis::FrameMergeOptions options;
  options.text = ParseGranularity(line.Text("granularity"));
  options.from = line.Flag("reverse") ? analysis::MergeFrom::kLeaf : analysis::MergeFrom::kRoot;
  if (line.values().count("base") != 0) options.bases = line.values()["base"].as<Words>();
  options.application = line.Text("application");
  return options;
}

render::FlameSvgOptions SvgOptions(const CommandLine& line) {
  render::FlameSvgOptions options;
  options.is_fluid = line.values().count("width") == 0;
  if (!options.is_fluid) options.width = InRange(line, "width", 100, 100000);
  options.row_height = InRange(line, "height", 4, 200);
  if (const std::string font = line.Text("fonttype"); !font.empty()) options.font = font;
  options.font_size = InRange(line, "fontsize", 1, 100);
  options.font_width = InRange(line, "fontwidth", 0.1, 5);
  options.factor = InRange(line, "factor", 1e-12, 1e12);
  options.count_name = line.Text("countname");
  options.notes = line.Text("notes");
  options.growth = line.Flag("icicle") ? render::FlameGrowth::kDown : render::FlameGrowth::kUp;
  options.background = ColourOption(line, "bgcolors");
  options.search_colour = ColourOption(line, "search-color");
  return options;
}

// "0.1" pixels or "0.05%" of the whole, in values.
int64_t LeastWidth(const std::string& text, int64_t total, const render::FlameSvgOptions& options) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest(end, static_cast<size_t>(text.data() + text.size() - end));
  if (error != std::errc() || !(number >= 0 && number <= 1e5) || (!rest.empty() && rest != "%")) {
    throw model::UsageError(fmt::format("--min-width {}: wanted pixels such as 0.5, or a share such as 0.1%", text));
  }
  if (rest.empty()) return render::LeastWidth(total, number, options);
  return static_cast<int64_t>(std::ceil(std::min(static_cast<double>(total) * number / 100, 9e18)));
}

std::string Subtitle(const model::FrameTree& tree, int64_t total, const model::Profile& profile) {
  std::string text = tree.unit == "count" || tree.unit.empty()
                         ? fmt::format("{} {}", model::FormatCount(static_cast<uint64_t>(total)), tree.value_type)
                         : fmt::format("{}: {}", tree.value_type, model::FormatValue(total, tree.unit));
  if (profile.duration_nanos > 0) text += fmt::format(" in {}", model::FormatValue(profile.duration_nanos, "nanoseconds"));
  if (tree.negative_samples > 0) text += fmt::format(", {} negative samples left out", model::FormatCount(tree.negative_samples));
  return text;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

int RunGoprofFlame(Arguments arguments) {
  CommandLine line("goprof", "flame PROFILE", "Draws a flame graph as one SVG file: on standard output, or into FILE with -o.");
  AddOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  const std::string file = line.Inputs(1, 1)[0];
  render::FlameSvgOptions options = SvgOptions(line);
  const render::Palette palette(line.Text("colors"), ReadRules(line));
  const model::Profile profile = proto::ReadProfile(file, {.open = {.max_unpacked_bytes = line.max_input_bytes()}});
  const model::FrameTree tree = analysis::MergeFrames(profile, ValueTypeIndex(profile, line.Text("sample-index")), MergeOptions(line));
  const std::vector<int64_t> totals = model::TotalsOf(tree, tree.sides[0].self);
  if (totals[0] == 0) throw model::InputError(file, fmt::format("has no {} to draw", tree.value_type));
  options.title = line.values().count("title") != 0 ? line.Text("title") : file == "-" ? "Flame graph" : BaseName(file);
  options.subtitle = line.values().count("subtitle") != 0 ? line.Text("subtitle") : Subtitle(tree, totals[0], profile);
  const auto order = line.Flag("flamechart") ? render::SiblingOrder::kAsGiven : render::SiblingOrder::kByName;
  const render::FlameLayout layout = render::LayOutFlame(tree, totals, LeastWidth(line.Text("min-width"), totals[0], options), order);
  line.Write(render::FlameSvg(tree, layout, render::PaintByName(tree, layout, palette), options));
  return kClean;
}

}  // namespace cli
