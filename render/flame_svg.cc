#include "render/flame_svg.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "render/assets.h"
#include "render/flame_label.h"
#include "render/svg_writer.h"

namespace render {
namespace {

constexpr double kMargin = 12;  // left and right of the frames
constexpr double kTitleBaseline = 28;
constexpr double kSubtitleStep = 18;
constexpr double kGapAboveFrames = 14;
constexpr double kFooterStep = 20;  // of the details line and each line of the legend
constexpr double kLegendSquare = 10;
constexpr double kTextInset = 3;

constexpr Rgb kInk{0x16, 0x16, 0x16}, kDarkInk{0xf2, 0xf2, 0xf2};
constexpr Rgb kGround{0xff, 0xff, 0xff}, kDarkGround{0x16, 0x18, 0x1c};

// Where things are on the drawing, top to bottom.
struct Sheet {
  double frames_top = 0, frames_height = 0, details_y = 0, legend_y = 0, height = 0;
  double pixels_per_value = 0;
};

std::vector<double> LegendWidths(const FlamePaint& paint, const FlameSvgOptions& options) {
  std::vector<double> widths;
  for (const LegendEntry& entry : paint.legend) {
    widths.push_back(kLegendSquare + 22 + static_cast<double>(entry.text.size()) * options.font_size * options.font_width);
  }
  return widths;
}

size_t LegendLines(const FlamePaint& paint, const FlameSvgOptions& options) {
  size_t lines = (paint.legend.empty() ? 0U : 1U) + (paint.legend_note.empty() ? 0U : 1U);
  double x = kMargin;
  for (const double width : LegendWidths(paint, options)) {
    if (x > kMargin && x + width > options.width - kMargin) {
      ++lines;
      x = kMargin;
    }
    x += width;
  }
  return lines;
}

Sheet PlanSheet(const FlameLayout& layout, const FlamePaint& paint, const FlameSvgOptions& options) {
  Sheet sheet;
  sheet.frames_top = kTitleBaseline + (options.subtitle.empty() ? 0 : kSubtitleStep) + kGapAboveFrames;
  sheet.frames_height = (layout.depth + 1) * options.row_height;
  sheet.details_y = sheet.frames_top + sheet.frames_height + kFooterStep;
  sheet.legend_y = sheet.details_y + kFooterStep;
  sheet.height = sheet.details_y + static_cast<double>(LegendLines(paint, options)) * kFooterStep + 12;
  const auto total = static_cast<double>(layout.boxes.front().width);
  sheet.pixels_per_value = total > 0 ? (options.width - 2 * kMargin) / total : 0;
  return sheet;
}

// Two decimals always: "5.67".
void AppendHundredths(std::string& out, double value) {
  const auto cents = std::llround(value * 100);
  AppendInteger(out, cents / 100);
  out += '.';
  out += static_cast<char>('0' + cents / 10 % 10);
  out += static_cast<char>('0' + cents % 10);
}

class Drawing {
 public:
  Drawing(const model::FrameTree& tree, const FlameLayout& layout, const FlamePaint& paint, const FlameSvgOptions& options,
          const FlameChange* change)
      : tree_(tree),
        layout_(layout),
        paint_(paint),
        options_(options),
        change_(change),
        sheet_(PlanSheet(layout, paint, options)) {}

  std::string Draw() {
    out_.reserve(layout_.boxes.size() * 180 + 40000);
    Open();
    Style();
    Header();
    Frames();
    Footer();
    Script();
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  void Open();
  void Style();
  void Header();
  void Frames();
  void Frame(const FlameBox& box, uint32_t swatch);
  void Title(const FlameBox& box, const FrameNote* note);
  const FrameNote* NoteOf(const FlameBox& box) const;
  void Value(int64_t value);
  void Share(int64_t value, int64_t total);
  void Change(model::FrameId frame);
  void Footer();
  void Script();
  void Text(const char* id, const char* css_class, double x, double y, std::string_view text);

  std::string ValueName() const;

  const model::FrameTree& tree_;
  const FlameLayout& layout_;
  const FlamePaint& paint_;
  const FlameSvgOptions& options_;
  const FlameChange* const change_;
  const Sheet sheet_;
  const std::string value_name_ = XmlText(ValueName());
  std::string out_;
};

std::string Drawing::ValueName() const {
  if (!options_.count_name.empty()) return options_.count_name;
  if (!tree_.unit.empty() && tree_.unit != "count") return tree_.unit;
  return tree_.value_type.empty() ? "samples" : tree_.value_type;
}

void Drawing::Open() {
  const std::string title = XmlText(options_.title);
  out_ += fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "aria-label=\"{2}\""
      " data-fluid=\"{3}\" data-unit=\"{4}\" data-factor=\"{5}\" data-row=\"{6}\" data-font=\"{7}\" data-size=\"{10}\" "
      "data-growth=\"{8}\" data-top=\"{9}\">\n",
      options_.width, sheet_.height, title, options_.is_fluid ? 1 : 0, value_name_, options_.factor, options_.row_height,
      options_.font_size * options_.font_width, options_.growth == FlameGrowth::kUp ? "up" : "down", sheet_.frames_top,
      options_.font_size);
  if (!options_.notes.empty()) out_ += fmt::format("<desc>{}</desc>\n", XmlText(options_.notes));
}

void Drawing::Style() {
  const Rgb ground = options_.background.value_or(kGround);
  const Rgb dark_ground = options_.background.value_or(kDarkGround);
  const Rgb found = options_.search_colour.value_or(Rgb{0xd6, 0x24, 0x9f});
  std::vector<bool> is_used(paint_.swatches.size());
  for (const uint32_t swatch : paint_.of_box) is_used[swatch] = true;
  std::string light, dark;
  for (size_t i = 0; i < paint_.swatches.size(); ++i) {
    if (!is_used[i]) continue;
    const Swatch& swatch = paint_.swatches[i];
    light += fmt::format(".c{}{{fill:{}}}", i, Hex(swatch.light));
    dark += fmt::format(".c{}{{fill:{}}}", i, Hex(swatch.dark));
    if (Contrast(swatch.light, kInk) < 4.5) light += fmt::format(".c{} text{{fill:{}}}", i, Hex(InkOn(swatch.light)));
    if (Contrast(swatch.dark, kDarkInk) < 4.5) dark += fmt::format(".c{} text{{fill:{}}}", i, Hex(InkOn(swatch.dark)));
  }
  for (size_t i = 0; i < paint_.legend.size(); ++i) {
    light += fmt::format(".l{}{{fill:{}}}", i, Hex(paint_.legend[i].light));
    dark += fmt::format(".l{}{{fill:{}}}", i, Hex(paint_.legend[i].dark));
  }
  out_ += fmt::format(
      "<style>\ntext{{font-family:{};font-size:{}px;fill:{}}}#ground{{fill:{}}}#frames "
      "rect{{stroke:{};stroke-width:.6}}{}{}\n"
      "@media screen and (prefers-color-scheme:dark){{text{{fill:{}}}#ground{{fill:{}}}#frames rect{{stroke:{}}}#frames .at "
      "rect,#frames g:hover rect{{stroke:#fff}}{}}}\n#frames .found rect{{fill:{}}}#frames .found "
      "text{{fill:{}}}\n</style>\n",
      XmlText(options_.font), options_.font_size, Hex(InkOn(ground)), Hex(ground), Hex(ground), light, Asset("flame.css"),
      Hex(InkOn(dark_ground)), Hex(dark_ground), Hex(dark_ground), dark, Hex(found), Hex(InkOn(found)));
}

void Drawing::Text(const char* id, const char* css_class, double x, double y, std::string_view text) {
  out_ += fmt::format("<text id=\"{}\" class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", id, css_class, x, y, XmlText(text));
}

void Drawing::Header() {
  out_ += "<rect id=\"ground\" width=\"100%\" height=\"100%\"/>\n";
  Text("title", "title", kMargin, kTitleBaseline, CutMiddle(options_.title, 200));
  if (!options_.subtitle.empty())
    Text("subtitle", "quiet", kMargin, kTitleBaseline + kSubtitleStep, CutMiddle(options_.subtitle, 300));
}

const FrameNote* Drawing::NoteOf(const FlameBox& box) const {
  if (options_.frame_notes.empty() || box.frame.index() == 0) return nullptr;
  const auto found = options_.frame_notes.find(tree_.name(box.frame));
  return found == options_.frame_notes.end() ? nullptr : &found->second;
}

void Drawing::Title(const FlameBox& box, const FrameNote* note) {
  const std::string_view name = tree_.name(box.frame);
  out_ += "<title>";
  if (box.frame.index() == 0) {
    out_ += "all";
  } else if (name.size() > kTitleBytes) {
    AppendXml(out_, CutMiddle(name, kTitleBytes));
  } else {
    AppendXml(out_, name);
  }
  out_ += " (";
  const int64_t total = change_ == nullptr ? layout_.boxes.front().width : change_->after[0];
  const int64_t value = change_ == nullptr ? box.width : change_->after[box.frame.index()];
  Value(value);
  if (box.frame.index() == 0) {
    out_ += ", 100%";
  } else {
    Share(value, total);
  }
  if (change_ != nullptr) Change(box.frame);
  out_ += ')';
  if (note != nullptr && !note->title.empty()) {
    out_ += "\n";
    AppendXml(out_, CutMiddle(note->title, kTitleBytes));
  }
  out_ += "</title>";
}

void Drawing::Value(int64_t value) {
  AppendCount(out_, options_.factor == 1 ? value : std::llround(static_cast<double>(value) * options_.factor));
  out_ += ' ';
  out_ += value_name_;
}

void Drawing::Share(int64_t value, int64_t total) {
  out_ += ", ";
  AppendHundredths(out_, total > 0 ? static_cast<double>(value) / static_cast<double>(total) * 100 : 0);
  out_ += '%';
}

void Drawing::Change(model::FrameId frame) {
  const int64_t before = change_->before[frame.index()], after = change_->after[frame.index()];
  out_ += "; before ";
  Value(before);
  Share(before, change_->before[0]);
  if (before == 0 || after == 0) {
    out_ += before == after ? "" : before == 0 ? "; new" : "; gone";
    return;
  }
  const bool is_noise = !tree_.is_noise.empty() && tree_.is_noise[frame.index()];
  out_ += after > before ? "; change +" : "; change ";
  Value(after - before);
  out_ += after > before ? ", +" : ", ";
  const double change = (static_cast<double>(after) / static_cast<double>(before) - 1) * 100;
  if (change < 0) out_ += '-';
  AppendHundredths(out_, std::abs(change));
  out_ += is_noise && after != before ? "%, within noise" : "%";
}

void Drawing::Frame(const FlameBox& box, uint32_t swatch) {
  const double x = kMargin + static_cast<double>(box.x) * sheet_.pixels_per_value;
  const double width = static_cast<double>(box.width) * sheet_.pixels_per_value;
  const double row = options_.growth == FlameGrowth::kUp ? layout_.depth - box.depth : box.depth;
  const double y = sheet_.frames_top + row * options_.row_height;
  out_ += "<g class=\"c";
  AppendInteger(out_, swatch);
  out_ += "\">";
  const FrameNote* note = NoteOf(box);
  Title(box, note);
  const bool is_link = note != nullptr && !note->href.empty();
  if (is_link) out_ += fmt::format("<a href=\"{}\" target=\"{}\">", XmlText(note->href), XmlText(note->target));
  out_ += "<rect x=\"";
  AppendPixels(out_, x);
  out_ += "\" y=\"";
  AppendPixels(out_, y);
  out_ += "\" width=\"";
  AppendPixels(out_, width);
  out_ += "\" height=\"";
  AppendPixels(out_, options_.row_height - 1);
  out_ += "\"/>";
  const double room = (width - 2 * kTextInset) / (options_.font_size * options_.font_width);
  if (room >= 3) {
    out_ += "<text x=\"";
    AppendPixels(out_, x + kTextInset);
    out_ += "\" y=\"";
    AppendPixels(out_, y + (options_.row_height - 1 + options_.font_size * 0.72) / 2);
    out_ += "\">";
    AppendXml(out_, FlameLabel(box.frame.index() == 0 ? "all" : tree_.name(box.frame), static_cast<size_t>(room)));
    out_ += "</text>";
  }
  out_ += is_link ? "</a></g>\n" : "</g>\n";
}

void Drawing::Frames() {
  out_ += "<g id=\"frames\">\n";
  for (size_t i = 0; i < layout_.boxes.size(); ++i) Frame(layout_.boxes[i], paint_.of_box[i]);
  out_ += "</g>\n";
}

void Drawing::Footer() {
  Text("details", "details", kMargin, sheet_.details_y, " ");
  out_ += "<g id=\"legend\">\n";
  const std::vector<double> widths = LegendWidths(paint_, options_);
  double x = kMargin, y = sheet_.legend_y;
  for (size_t i = 0; i < paint_.legend.size(); ++i) {
    if (x > kMargin && x + widths[i] > options_.width - kMargin) {
      x = kMargin;
      y += kFooterStep;
    }
    out_ += fmt::format(
        "<rect class=\"l{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/><text class=\"quiet\" x=\"{}\" "
        "y=\"{}\">{}</text>\n",
        i, x, y - 9, kLegendSquare, kLegendSquare, x + kLegendSquare + 5, y, XmlText(CutMiddle(paint_.legend[i].text, 60)));
    x += widths[i];
  }
  if (!paint_.legend_note.empty()) {
    y += paint_.legend.empty() ? 0 : kFooterStep;
    out_ += fmt::format("<text class=\"quiet\" x=\"{}\" y=\"{}\">{}</text>\n", kMargin, y, XmlText(paint_.legend_note));
  }
  out_ += "</g>\n";
}

// The widths in values, in base 36 and in the order of the frames: zooming from pixels would multiply their rounding.
void Drawing::Script() {
  out_ += "<metadata id=\"widths\">";
  char digits[24];
  for (const FlameBox& box : layout_.boxes) {
    const auto end = std::to_chars(digits, digits + sizeof digits, box.width, 36).ptr;
    out_.append(digits, static_cast<size_t>(end - digits));
    out_ += ' ';
  }
  out_ += "</metadata>\n<script><![CDATA[\n";
  out_ += Asset("label.js");
  out_ += Asset("flame.js");
  out_ += "]]></script>\n";
}

}  // namespace

std::string FlameSvg(const model::FrameTree& tree, const FlameLayout& layout, const FlamePaint& paint,
                     const FlameSvgOptions& options, const FlameChange* change) {
  return Drawing(tree, layout, paint, options, change).Draw();
}

int64_t LeastWidth(int64_t total, double pixels, const FlameSvgOptions& options) {
  const double least = static_cast<double>(total) * pixels / (options.width - 2 * kMargin);
  return static_cast<int64_t>(std::ceil(std::min(std::max(least, 1.0), 9e18)));
}

}  // namespace render
