#pragma once

#include <string>

// What the axes of all plots have in common.
namespace render {

// 1, 2 or 5 times a power of ten, so that about four lines cross the picture.
double GridStep(double largest);

// "1.5ms", "40 %"
std::string AxisText(double value, const std::string& unit);

}  // namespace render
