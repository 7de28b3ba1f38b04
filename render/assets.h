#pragma once

#include <string_view>

namespace render {

// The content of render/assets/<name>, compiled into the program. A name that is not there is a bug: it aborts.
std::string_view Asset(std::string_view name);

// Its SHA-256 in hexadecimal, for a Content-Security-Policy.
std::string_view AssetSha256(std::string_view name);

}  // namespace render
