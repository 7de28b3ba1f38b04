// Colours that mean something are told apart by people who see two of the three primaries alike. Simulation: Machado,
// Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0.
// Distances are in Oklab, times 100: about 2 is just noticeable.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "render/flame_change.h"
#include "render/palette.h"

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

struct Vision {
  const char* name;
  Matrix seen;  // of linear red, green and blue
};
constexpr Vision kVisions[] = {
    {"all three", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    {"without green", {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}}},
    {"without red", {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}}},
    {"without blue", {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}},
};

Vector Times(const Matrix& matrix, const Vector& vector) {
  Vector out{};
  for (size_t row = 0; row < 3; ++row) {
    for (size_t i = 0; i < 3; ++i) out[row] += matrix[row][i] * vector[i];
  }
  return out;
}

Vector Linear(render::Rgb colour) {
  const auto decode = [](uint8_t value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return {decode(colour.red), decode(colour.green), decode(colour.blue)};
}

Vector Oklab(Vector linear) {
  for (double& v : linear) v = std::clamp(v, 0.0, 1.0);
  Vector lms = Times({{{0.4122214708, 0.5363325363, 0.0514459929},
                       {0.2119034982, 0.6806995451, 0.1073969566},
                       {0.0883024619, 0.2817188376, 0.6299787005}}},
                     linear);
  for (double& v : lms) v = std::cbrt(v);
  return Times({{{0.2104542553, 0.7936177850, -0.0040720468},
                 {1.9779984951, -2.4285922050, 0.4505937099},
                 {0.0259040371, 0.7827717662, -0.8086757660}}},
               lms);
}

struct Colour {
  std::string name;
  render::Rgb rgb;
};

struct Closest {
  double distance = 1e9;
  std::string text;
};

Closest ClosestPair(const std::vector<Colour>& colours, const Vision& vision) {
  Closest closest;
  const auto seen = [&](const Colour& colour) { return Oklab(Times(vision.seen, Linear(colour.rgb))); };
  for (size_t i = 0; i < colours.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Vector a = seen(colours[i]), b = seen(colours[j]);
      const double distance = 100 * std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      if (distance < closest.distance)
        closest = {distance, fmt::format("{}: {} and {}: {:.1f}", vision.name, colours[i].name, colours[j].name, distance)};
    }
  }
  return closest;
}

void CheckApart(const std::vector<Colour>& colours, double least) {
  for (const Vision& vision : kVisions) {
    const Closest closest = ClosestPair(colours, vision);
    INFO(closest.text);
    CHECK(closest.distance >= least);
  }
}

// Groups [begin, end) of the default palette, on one of the grounds.
std::vector<Colour> GroupsOf(size_t begin, size_t end, bool is_dark) {
  const render::Palette palette("go");
  std::vector<Colour> colours;
  for (size_t i = begin; i < end; ++i) {
    const render::SwatchGroup& group = palette.groups().at(i);
    colours.push_back({group.name, is_dark ? group.dark : group.light});
  }
  return colours;
}

}  // namespace

TEST_CASE("whose code a frame is, is told apart with every common kind of colour vision") {
  CheckApart(GroupsOf(0, model::kFrameOriginCount, false), 5.5);
  CheckApart(GroupsOf(0, model::kFrameOriginCount, true), 4.5);
}

TEST_CASE("what a goroutine does is told apart with every common kind of colour vision") {
  constexpr size_t kStates = 5;
  CheckApart(GroupsOf(model::kFrameOriginCount, model::kFrameOriginCount + kStates, false), 8);
  CheckApart(GroupsOf(model::kFrameOriginCount, model::kFrameOriginCount + kStates, true), 8);
}

TEST_CASE("more and less are told apart with every common kind of colour vision, step by step") {
  const std::vector<render::LegendEntry> legend = render::ChangeLegend();
  const auto step = [&](size_t i, bool is_dark) {
    return Colour{legend[i].text, is_dark ? legend[i].dark : legend[i].light};
  };
  for (const bool is_dark : {false, true}) {
    for (size_t strength = 1; strength <= 4; ++strength)
      CheckApart({step(4 - strength, is_dark), step(4 + strength, is_dark)}, 4.5);
  }
}
