#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/frame_tree.h"
#include "render/colour_rules.h"
#include "render/colour_space.h"

// What colour a frame has, and what the colours mean. A palette is a short list of swatches, each with a colour on light and
// on dark ground; a frame is given the index of one. The same name always has the same colour, in every file.
namespace render {

struct Swatch {
  Rgb light, dark;   // the fill on light and on dark ground
  size_t group = 0;  // in Palette::groups()
};

// What a colour stands for: "runtime", "net/http", a rule's expression. An empty name means that the colour says nothing.
struct SwatchGroup {
  std::string name;
  Rgb light, dark;
};

class Palette {
 public:
  // "go" (whose code it is; of a trace's "[waiting: sync]", the state; told apart with every common kind of colour vision),
  // "package", "hot", "mem", "io", "wakeup", "chain", "java", "js", "perl", "python", "rust", "red", "green", "blue",
  // "aqua", "yellow", "purple", "orange". UsageError for others, naming them.
  explicit Palette(std::string_view name, ColourRules rules = {});

  size_t Pick(std::string_view name, model::FrameOrigin origin) const;
  const std::vector<Swatch>& swatches() const { return swatches_; }
  const std::vector<SwatchGroup>& groups() const { return groups_; }
  static std::string Names();  // "go, package, hot, .."

 private:
  enum class Kind { kOrigin, kPackage, kHue, kLanguage };
  struct Hue;
  struct Marker;
  static const std::vector<Hue>& Hues();
  static const std::vector<Marker>& Markers();

  void AddGroup(std::string name, double hue, double chroma, double light_shift);
  size_t Shade(size_t group, uint64_t hash) const { return group * kShades + hash % kShades; }
  size_t LanguageGroup(std::string_view name) const;
  static size_t StateOf(std::string_view name);

  static constexpr size_t kShades = 4;  // of every group but those of rules

  Kind kind_ = Kind::kHue;
  std::string name_;
  ColourRules rules_;
  std::vector<Swatch> swatches_;  // kShades of each group, then one of each rule
  std::vector<SwatchGroup> groups_;
  size_t first_rule_swatch_ = 0;
};

// FNV-1a: the same on every machine and in every version of ours.
uint64_t StableHash(std::string_view text);

}  // namespace render
