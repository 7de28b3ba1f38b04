#pragma once

#include <string>
#include <string_view>

#include "model/value.h"

// Cells and names as a terminal shows them.
namespace render {

// Control characters, line breaks, invalid UTF-8 and marks that change the direction of writing become visible escapes
// (\x1b, \u202e).
std::string TerminalText(std::string_view text);

// Columns that a text takes, counting a UTF-8 character as one.
size_t DisplayWidth(std::string_view text);

// A cell in its unit: integers by model::FormatValue, "ratio" as a percentage, doubles with two decimals, null as "-".
std::string CellText(const model::Value& value, std::string_view unit);
std::string ChangeText(const model::Value& value, std::string_view unit);

}  // namespace render
