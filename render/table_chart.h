#pragma once

#include <string>

#include "model/report.h"

// The picture that a table asks for (model::Chart), as inline SVG: axes with round numbers, a line or bars for each column,
// what each point is on hover, a legend. No scripts; its colours are the page's (assets/page.css). Empty where the table
// asks for none or has fewer than two rows with numbers.
namespace render {

std::string TableChart(const model::Table& table);

}  // namespace render
