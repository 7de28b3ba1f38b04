#include "cli/flame_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "model/input_error.h"
#include "proto/byte_source.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

std::optional<render::Rgb> ColourOption(const CommandLine& line, const char* name) {
  const std::string text = line.Text(name);
  if (text.empty()) return std::nullopt;
  const auto colour = render::ParseColour(text);
  if (!colour)
    throw model::UsageError(fmt::format("--{} {}: wanted #rgb, #rrggbb, rgb(r,g,b) or a colour's name", name, text));
  return colour;
}

double InRange(const CommandLine& line, const char* name, double least, double most) {
  const double value = line.values()[name].as<double>();
  if (!(value >= least && value <= most))
    throw model::UsageError(fmt::format("--{} {}: wanted {} to {}", name, value, least, most));
  return value;
}

std::string ReadAll(const std::string& path) {
  const auto source = proto::OpenInput(path);
  std::string text;
  for (auto bytes = source->Next(); !bytes.empty(); bytes = source->Next())
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text;
}

Words WordsOf(const CommandLine& line, const char* name) {
  return line.values().count(name) != 0 ? line.values()[name].as<Words>() : Words();
}

render::ColourRules ReadRules(const CommandLine& line) {
  render::ColourRules rules;
  for (const std::string& rule : WordsOf(line, "color")) rules.Add(rule);
  if (const std::string file = line.Text("color-rules"); !file.empty()) rules.AddFile(ReadAll(file), file);
  return rules;
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

}  // namespace

FlameOptions::FlameOptions(CommandLine& line) : line_(line) {
  const auto words = [](const char* name) { return po::value<Words>()->composing()->value_name(name); };
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto number = [](double value, const char* shown) {
    return po::value<double>()->default_value(value, shown)->value_name("N");
  };
  po::options_description shape("What is drawn");
  shape.add_options()("icicle,inverted", po::bool_switch(), "the root on top")(
      "reverse", po::bool_switch(), "merge from the leaves: callers hang on what was running")(
      "flamechart", po::bool_switch(), "in the order of the input, which is time for a trace: only neighbours are merged")(
      "root", words("FUNCTION"), "make FUNCTION a root, leave stacks without it out (repeatable)")(
      "exclude", words("RE"), "leave stacks out with a frame that matches (repeatable)")(
      "min-width,minwidth", text("PIXELS")->default_value("0.1"),
      "leave frames out that are narrower: pixels, or a share such as 0.05%");
  po::options_description looks("How it looks");
  looks.add_options()("title", text("TEXT"), "instead of the file's name")(
      "subtitle", text("TEXT"), "instead of type, total and duration")("notes", text("TEXT"), "kept in the file, not shown")(
      "countname", text("UNIT"), "instead of the sample type's unit")(
      "total", po::value<int64_t>()->value_name("N"), "what the whole width stands for, where the input is a part of it")(
      "factor", number(1, "1"), "multiply shown values")("width", po::value<double>()->value_name("PIXELS"),
                                                         "fixed width (default: the browser's window; 1200 elsewhere)")(
      "height", number(16, "16"), "of a frame, in pixels")("fonttype", text("FAMILY"), "font")(
      "fontsize", number(12, "12"), "in pixels")("fontwidth", number(0.6, "0.6"), "of a character, as a share of its size")(
      "bgcolors", text("COLOUR"), "background")("search-color", text("COLOUR"), "of frames that a search found")(
      "colors", text("PALETTE")->default_value("go"), ("palette: " + render::Palette::Names()).c_str())(
      "color", words("RE=COLOUR"), "your own colour for frames that match; the first match wins (repeatable)")(
      "color-rules", text("FILE"), "such rules from a file, one a line")(
      "hash", po::bool_switch(), "accepted: the colour of a frame always follows from its name")(
      "nameattr", text("FILE"), "tooltips and links of functions: FUNCTION<tab>title=TEXT<tab>href=URL, one a line")(
      "application", text("PATH"), "import path of your module, for the go palette where the input has no file names");
  line.options().add(shape).add(looks);
}

void FlameOptions::Check() {
  if (is_chart() && is_reversed()) throw model::UsageError("--flamechart and --reverse exclude each other");
  palette_.emplace(line_.Text("colors"), ReadRules(line_));
  LeastWidth(line_.Text("min-width"), 1, SvgOptions("", ""));
}

std::vector<std::string> FlameOptions::roots() const { return WordsOf(line_, "root"); }

std::string FlameOptions::exclude() const {
  std::string all;
  for (const std::string& one : WordsOf(line_, "exclude")) all += fmt::format("{}(?:{})", all.empty() ? "" : "|", one);
  return all;
}

render::FlameSvgOptions FlameOptions::SvgOptions(const std::string& title, const std::string& subtitle) const {
  render::FlameSvgOptions options;
  options.title = line_.values().count("title") != 0 ? line_.Text("title") : title;
  options.subtitle = line_.values().count("subtitle") != 0 ? line_.Text("subtitle") : subtitle;
  options.is_fluid = line_.values().count("width") == 0;
  if (!options.is_fluid) options.width = InRange(line_, "width", 100, 100000);
  options.row_height = InRange(line_, "height", 4, 200);
  if (const std::string font = line_.Text("fonttype"); !font.empty()) options.font = font;
  options.font_size = InRange(line_, "fontsize", 1, 100);
  options.font_width = InRange(line_, "fontwidth", 0.1, 5);
  options.factor = InRange(line_, "factor", 1e-12, 1e12);
  options.count_name = line_.Text("countname");
  options.notes = line_.Text("notes");
  options.growth = line_.Flag("icicle") ? render::FlameGrowth::kDown : render::FlameGrowth::kUp;
  if (const std::string file = line_.Text("nameattr"); !file.empty())
    options.frame_notes = render::ParseFrameNotes(ReadAll(file), file);
  options.background = ColourOption(line_, "bgcolors");
  options.search_colour = ColourOption(line_, "search-color");
  return options;
}

render::FlameLayout FlameOptions::LayOut(const model::FrameTree& tree, std::span<const int64_t> widths,
                                         const render::FlameSvgOptions& options) const {
  const auto order = is_chart() ? render::SiblingOrder::kAsGiven : render::SiblingOrder::kByName;
  return render::LayOutFlame(tree, widths, LeastWidth(line_.Text("min-width"), widths[0], options), order);
}

void FlameOptions::FillUp(model::FrameTree& tree) const {
  if (line_.values().count("total") == 0) return;
  const int64_t wanted = line_.values()["total"].as<int64_t>(), total = model::TotalOf(tree.sides[0].self);
  if (wanted < total)
    throw model::UsageError(fmt::format("--total {}: the samples add up to {} {}", wanted, total, tree.unit));
  tree.sides[0].self[0] += wanted - total;
}

std::string FlameOptions::Draw(model::FrameTree tree, const std::string& title, const std::string& subtitle) const {
  FillUp(tree);
  const render::FlameSvgOptions options = SvgOptions(title, subtitle);
  const render::FlameLayout layout = LayOut(tree, model::TotalsOf(tree, tree.sides[0].self), options);
  const auto own = is_reversed() ? render::OwnAt::kRoot : render::OwnAt::kEnd;
  return render::FlameSvg(tree, layout, render::PaintByName(tree, layout, *palette_, own), options);
}

std::string FlameOptions::DrawChange(const model::FrameTree& tree, const render::FlameChangeOptions& change_options,
                                     const std::string& title, const std::string& subtitle) const {
  if (line_.values().count("total") != 0) throw model::UsageError("--total is for a plain graph, not for a change");
  const render::FlameSvgOptions options = SvgOptions(title, subtitle);
  const render::FlameChange change = render::CompareSides(tree, change_options);
  const render::FlameLayout layout = LayOut(tree, change.widths, options);
  return render::FlameSvg(tree, layout, render::PaintByChange(tree, layout, change, change_options), options, &change);
}

}  // namespace cli
