#include "render/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/input_error.h"

namespace render {
namespace {

// Fills are light on light ground and deep on dark ground, so that a label in near-black and near-white is read on all of
// them.
constexpr double kLightness = 0.83, kDarkLightness = 0.435;
constexpr double kDarkShift = 0.8;  // of a lightness step, on dark ground
constexpr std::array<double, 4> kShadeSteps = {0, 0.012, -0.012, 0.022};

struct OriginHue {
  model::FrameOrigin origin;
  double hue, chroma, shift;
};
// Hues differ along blue-yellow and in lightness, so that they stay apart where red and green, or blue and green, look
// alike: found by a search for the largest least distance, which tests/render/colour_vision_test.cc measures.
constexpr std::array<OriginHue, model::kFrameOriginCount> kOriginHues = {{
    {model::FrameOrigin::kOther, 90, 0.005, -0.03},
    {model::FrameOrigin::kApplication, 70, 0.14, 0.02},
    {model::FrameOrigin::kModule, 102, 0.102, 0.1},
    {model::FrameOrigin::kStandardLibrary, 245, 0.101, -0.04},
    {model::FrameOrigin::kRuntime, 250, 0.04, 0.022},
    {model::FrameOrigin::kGarbageCollector, 9, 0.121, -0.11},
    {model::FrameOrigin::kSystem, 305, 0.112, -0.12},
    {model::FrameOrigin::kNative, 180, 0.076, 0.08},
    {model::FrameOrigin::kGenerated, 95, 0.048, 0.034},
}};

// Of goroutines, where a stack of a trace ends in one: "[waiting: sync]". The timeline of the page has the same colours.
struct StateColour {
  const char* name;
  Rgb light, dark;
};
constexpr std::array<StateColour, 5> kStates = {{
    {"running", {0x4f, 0x9d, 0x5d}, {0x0b, 0x7e, 0x43}},
    {"ready to run", {0xe9, 0xb4, 0x4c}, {0x6a, 0x41, 0x00}},
    {"in a system call", {0xc0, 0x6a, 0xb0}, {0x95, 0x41, 0x9a}},
    {"blocked by others", {0xf3, 0x56, 0x2e}, {0x48, 0x14, 0x1f}},  // locks and channels
    {"waiting", {0xd9, 0xdb, 0xe0}, {0x47, 0x4d, 0x58}},            // for time, the network, the collector
}};

constexpr size_t kPackageHues = 12;

size_t PackageEnd(std::string_view name) {
  const std::string_view path = name.substr(0, name.find_first_of("[(< "));
  const size_t slash = path.rfind('/');
  const size_t end = path.find_first_of(".:", slash == std::string_view::npos ? 0 : slash);
  return end == std::string_view::npos ? path.size() : end;
}

}  // namespace

struct Palette::Hue {
  std::string_view palette;
  double hue, chroma, spread;  // shades differ by `spread` degrees too
};

// What a collapser or a compiler writes into names: the first marker of a palette that fits decides.
struct Palette::Marker {
  enum class Where { kEnd, kBegin, kInside, kAlways };
  std::string_view palette;
  Where where;
  std::string_view text;
  std::string_view group;
  double hue;
};

const std::vector<Palette::Hue>& Palette::Hues() {
  static const std::vector<Hue> kHues = {
      {"hot", 52, 0.13, 16},    {"mem", 148, 0.1, 10},   {"io", 250, 0.085, 8},    {"wakeup", 200, 0.08, 6},
      {"red", 25, 0.12, 4},     {"green", 145, 0.12, 4}, {"blue", 255, 0.09, 4},   {"aqua", 195, 0.09, 4},
      {"yellow", 100, 0.13, 4}, {"purple", 312, 0.1, 4}, {"orange", 62, 0.135, 4},
  };
  return kHues;
}

const std::vector<Palette::Marker>& Palette::Markers() {
  using enum Marker::Where;
  static const std::vector<Marker> kMarkers = {
      {"chain", kEnd, "_[w]", "waker", 200},
      {"chain", kAlways, "", "waiter", 255},
      {"java", kEnd, "_[j]", "compiled", 145},
      {"java", kEnd, "_[i]", "inlined", 195},
      {"java", kEnd, "_[k]", "kernel", 62},
      {"java", kInside, "::", "C++", 100},
      {"java", kInside, "/", "Java", 125},
      {"java", kAlways, "", "native", 25},
      {"js", kEnd, "_[j]", "compiled", 145},
      {"js", kEnd, "_[k]", "kernel", 62},
      {"js", kInside, ".js", "JavaScript", 125},
      {"js", kInside, "::", "C++", 100},
      {"js", kInside, ":", "built in", 195},
      {"js", kAlways, "", "native", 25},
      {"perl", kInside, "::", "C++", 100},
      {"perl", kInside, "Perl", "Perl", 145},
      {"perl", kInside, ".pl", "Perl script", 125},
      {"perl", kEnd, "_[k]", "kernel", 62},
      {"perl", kAlways, "", "native", 25},
      {"python", kEnd, "_[k]", "kernel", 62},
      {"python", kInside, "-packages/", "packages", 195},
      {"python", kInside, "<frozen", "interpreter", 312},
      {"python", kInside, ".py", "Python", 145},
      {"python", kAlways, "", "native", 25},
      {"rust", kEnd, "_[k]", "kernel", 292},
      {"rust", kBegin, "core::", "core", 235},
      {"rust", kBegin, "std::", "std", 255},
      {"rust", kBegin, "alloc::", "alloc", 195},
      {"rust", kInside, "::", "crates", 62},
      {"rust", kAlways, "", "native", 145},
  };
  return kMarkers;
}

Palette::Palette(std::string_view name, ColourRules rules) : name_(name), rules_(std::move(rules)) {
  const auto hue = std::ranges::find(Hues(), name, &Hue::palette);
  if (name == "go") {
    kind_ = Kind::kOrigin;
    for (const OriginHue& one : kOriginHues) AddGroup(model::Name(one.origin), one.hue, one.chroma, one.shift);
    for (const StateColour& state : kStates) {
      swatches_.push_back({state.light, state.dark, groups_.size()});
      groups_.push_back({state.name, state.light, state.dark});
    }
  } else if (name == "package") {
    kind_ = Kind::kPackage;
    for (size_t i = 0; i < kPackageHues; ++i) AddGroup("", 20 + 30.0 * static_cast<double>(i), 0.085, 0);
  } else if (hue != Hues().end()) {
    for (int step = -1; step <= 1; ++step) AddGroup("", hue->hue + hue->spread * step, hue->chroma, 0.03 * step);
  } else {
    kind_ = Kind::kLanguage;
    for (const Marker& marker : Markers()) {
      if (marker.palette == name) AddGroup(std::string(marker.group), marker.hue, 0.1, 0);
    }
  }
  if (groups_.empty()) throw model::UsageError(fmt::format("there is no palette `{}`; there are: {}", name, Names()));
  first_rule_swatch_ = swatches_.size();
  for (const ColourRules::Rule& rule : rules_.rules()) {
    swatches_.push_back({rule.colour, rule.colour, groups_.size()});
    groups_.push_back({rule.text, rule.colour, rule.colour});
  }
}

void Palette::AddGroup(std::string name, double hue, double chroma, double light_shift) {
  const size_t group = groups_.size();
  for (const double step : kShadeSteps) {
    swatches_.push_back({FromOklch(kLightness + light_shift + step, chroma, hue),
                         FromOklch(kDarkLightness + (light_shift + step) * kDarkShift, chroma * 0.95, hue), group});
  }
  const Swatch& first = swatches_[swatches_.size() - kShades];
  groups_.push_back({std::move(name), first.light, first.dark});
}

size_t Palette::LanguageGroup(std::string_view name) const {
  size_t group = 0;
  for (const Marker& marker : Markers()) {
    if (marker.palette != name_) continue;
    const bool fits = marker.where == Marker::Where::kEnd      ? name.ends_with(marker.text)
                      : marker.where == Marker::Where::kBegin  ? name.starts_with(marker.text)
                      : marker.where == Marker::Where::kInside ? name.find(marker.text) != std::string_view::npos
                                                               : true;
    if (fits) return group;
    ++group;
  }
  return 0;
}

// "[waiting: chan receive]" -> a row of kStates; none: their number.
size_t Palette::StateOf(std::string_view name) {
  if (name.starts_with("[running]")) return 0;
  if (name.starts_with("[ready]")) return 1;
  if (name.starts_with("[system call]")) return 2;
  if (!name.starts_with("[waiting")) return kStates.size();
  for (const std::string_view cause : {"sync", "chan", "select"}) {
    if (name.find(cause) != std::string_view::npos) return 3;
  }
  return 4;
}

size_t Palette::Pick(std::string_view name, model::FrameOrigin origin) const {
  if (const auto rule = rules_.FirstMatch(name)) return first_rule_swatch_ + *rule;
  const std::string_view package = name.substr(0, PackageEnd(name));
  switch (kind_) {
    case Kind::kOrigin:
      if (origin == model::FrameOrigin::kOther) {
        if (const size_t state = StateOf(name); state < kStates.size()) return kOriginHues.size() * kShades + state;
      }
      return Shade(static_cast<size_t>(origin), StableHash(package));
    case Kind::kPackage:
      return Shade(StableHash(package) % kPackageHues, StableHash(name) / 16);
    case Kind::kHue:
      return StableHash(name) % (3 * kShades);
    case Kind::kLanguage:
      return Shade(LanguageGroup(name), StableHash(name));
  }
  return 0;
}

std::string Palette::Names() {
  std::string names = "go, package";
  for (const Hue& hue : Hues()) names += fmt::format(", {}", hue.palette);
  std::string_view last;
  for (const Marker& marker : Markers()) {
    if (marker.palette != last) names += fmt::format(", {}", marker.palette);
    last = marker.palette;
  }
  return names;
}

uint64_t StableHash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash ^ (hash >> 29);
}

}  // namespace render
