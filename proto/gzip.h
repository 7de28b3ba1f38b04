#pragma once

#include <string>
#include <string_view>

namespace proto {

// One gzip member, packed fast: the lowest level, as Go's runtime packs its profiles. Equal bytes in, equal bytes out: no
// time, no name, and nothing in zlib's packing depends on the processor, as it may in ISA-L, which unpacks. Blocks of a megabyte
// are packed side by side, however many processors there are.
std::string Gzip(std::string_view bytes);

}  // namespace proto
