#pragma once

#include <string_view>

namespace render {

// The content of render/assets/<name>, compiled into the program. A name that is not there is a bug: it aborts.
std::string_view Asset(std::string_view name);

}  // namespace render
