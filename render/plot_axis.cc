#include "render/plot_axis.h"

#include <fmt/format.h>

#include <cmath>

#include "model/units.h"

namespace render {

double GridStep(double largest) {
  if (!(largest > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(largest / 4)));
  const double digit = largest / 4 / power;
  return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

std::string AxisText(double value, const std::string& unit) {
  if (unit == "ratio") return fmt::format("{:.3g} %", value * 100);
  return model::FormatValue(std::llround(value), unit);
}

}  // namespace render
