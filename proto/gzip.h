#pragma once

#include <string>
#include <string_view>

namespace proto {

// One gzip member, at the level Go's runtime packs its own profiles with. Equal bytes in, equal bytes out: no time, no name.
std::string Gzip(std::string_view bytes);

}  // namespace proto
