#pragma once

#include <string>
#include <string_view>

// What every fuzzer and the mutation test do with hostile bytes: open them as any input, pull all that is in them, and check
// what every well-formed result must obey (ids within their tables, values as many as types). A refusal (InputError) is
// fine; a broken law aborts. True if the bytes were read.
namespace test_support {

bool ReadAnything(std::string_view bytes);

// A recording's bytes, seen through its packing: damage is done to what is inside.
std::string UnpackedFile(const std::string& path);

}  // namespace test_support
