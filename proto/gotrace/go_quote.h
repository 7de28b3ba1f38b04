#pragma once

#include <string>
#include <string_view>

namespace proto::gotrace {

// Appends `bytes` in double quotes, as Go quotes: what is UTF-8 stays, control characters and stray bytes become escapes.
void AppendQuoted(std::string_view bytes, std::string& text);

}  // namespace proto::gotrace
