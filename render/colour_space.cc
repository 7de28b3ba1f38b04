#include "render/colour_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <utility>

namespace render {
namespace {

struct Linear {
  double red, green, blue;
  bool is_in_gamut() const {
    const auto in = [](double v) { return v >= -0.0005 && v <= 1.0005; };
    return in(red) && in(green) && in(blue);
  }
};

Linear LinearFromOklab(double lightness, double a, double b) {
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

uint8_t Encode(double linear) {
  linear = std::clamp(linear, 0.0, 1.0);
  const double encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
  return static_cast<uint8_t>(std::lround(encoded * 255));
}

double Luminance(Rgb colour) {
  const auto decode = [](uint8_t value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * decode(colour.red) + 0.7152 * decode(colour.green) + 0.0722 * decode(colour.blue);
}

std::optional<Rgb> ParseHex(std::string_view digits) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  const auto byte = [&](unsigned shift) { return static_cast<uint8_t>(value >> shift & 0xffU); };
  const auto nibble = [&](unsigned shift) { return static_cast<uint8_t>((value >> shift & 0xfU) * 17); };
  if (digits.size() == 6) return Rgb{byte(16), byte(8), byte(0)};
  if (digits.size() == 3) return Rgb{nibble(8), nibble(4), nibble(0)};
  return std::nullopt;
}

// "rgb(255,136,0)"
std::optional<Rgb> ParseTriple(std::string_view text) {
  if (!text.starts_with("rgb(") || !text.ends_with(')')) return std::nullopt;
  text = text.substr(4, text.size() - 5);
  std::array<uint8_t, 3> parts{};
  for (size_t i = 0; i < 3; ++i) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts[i]);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (i < 2 && !text.starts_with(',')) return std::nullopt;
    if (i < 2) text.remove_prefix(1);
  }
  return text.empty() ? std::optional(Rgb{parts[0], parts[1], parts[2]}) : std::nullopt;
}

constexpr std::array<std::pair<std::string_view, Rgb>, 17> kNamed = {{
    {"black", {0, 0, 0}},
    {"silver", {192, 192, 192}},
    {"gray", {128, 128, 128}},
    {"white", {255, 255, 255}},
    {"maroon", {128, 0, 0}},
    {"red", {255, 0, 0}},
    {"purple", {128, 0, 128}},
    {"fuchsia", {255, 0, 255}},
    {"green", {0, 128, 0}},
    {"lime", {0, 255, 0}},
    {"olive", {128, 128, 0}},
    {"yellow", {255, 255, 0}},
    {"navy", {0, 0, 128}},
    {"blue", {0, 0, 255}},
    {"teal", {0, 128, 128}},
    {"aqua", {0, 255, 255}},
    {"orange", {255, 165, 0}},
}};

}  // namespace

Rgb FromOklch(double lightness, double chroma, double hue) {
  const double angle = hue * std::numbers::pi / 180;
  Linear colour{};
  for (int tries = 0; tries < 24; ++tries, chroma *= 0.92) {
    colour = LinearFromOklab(lightness, chroma * std::cos(angle), chroma * std::sin(angle));
    if (colour.is_in_gamut()) break;
  }
  return {Encode(colour.red), Encode(colour.green), Encode(colour.blue)};
}

double Contrast(Rgb a, Rgb b) {
  const auto [low, high] = std::minmax({Luminance(a), Luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

std::string Hex(Rgb colour) {
  const std::string text = fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
  const bool is_short = text[1] == text[2] && text[3] == text[4] && text[5] == text[6];
  return is_short ? std::string{'#', text[1], text[3], text[5]} : text;
}

std::optional<Rgb> ParseColour(std::string_view text) {
  for (const auto& [name, colour] : kNamed) {
    if (text == name) return colour;
  }
  if (const auto triple = ParseTriple(text)) return triple;
  if (text.starts_with('#')) text.remove_prefix(1);
  return ParseHex(text);
}

Rgb InkOn(Rgb ground) {
  constexpr Rgb kBlack{0x16, 0x16, 0x16}, kWhite{0xff, 0xff, 0xff};
  return Contrast(ground, kBlack) >= Contrast(ground, kWhite) ? kBlack : kWhite;
}

}  // namespace render
