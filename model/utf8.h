#pragma once

#include <cstddef>
#include <string_view>

// One character of UTF-8 at a time, for escaping: names from files need not be valid.
namespace model {

struct Utf8Char {
  char32_t code = 0;
  size_t length = 1;      // bytes to step over; 1 for an invalid byte
  bool is_valid = false;  // false for stray bytes, overlong forms, surrogates and cut sequences
};

Utf8Char DecodeUtf8(std::string_view text);  // text is not empty

}  // namespace model
