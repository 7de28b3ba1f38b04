#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Colours by how light, how strong and of which hue they look (Oklch, https://bottosson.github.io/posts/oklab/): equal steps
// look equal, so a palette is a few hues at one lightness, and text on it has the same contrast everywhere.
namespace render {

struct Rgb {
  uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Rgb&) const = default;
};

// lightness 0..1, chroma 0..~0.3, hue in degrees. Chroma is lowered until the colour exists in sRGB.
Rgb FromOklch(double lightness, double chroma, double hue);

// WCAG's contrast ratio, 1..21.
double Contrast(Rgb a, Rgb b);

std::string Hex(Rgb colour);  // "#ff8800", or "#f80" where that says the same

// "#f80", "#ff8800", "ff8800", "rgb(255,136,0)" or one of the sixteen colour names of HTML 4.
std::optional<Rgb> ParseColour(std::string_view text);

// Black or white, whichever is read better on it.
Rgb InkOn(Rgb ground);

}  // namespace render
