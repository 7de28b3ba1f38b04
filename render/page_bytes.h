#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Columns for a page: a JSON head, then numbers in the order that its reader asks for them (assets/page_data.js).
//   bytes = json-length:u32le json varint*          negative numbers are zigzag: 0 -> 0, -1 -> 1, 1 -> 2
namespace render {

class PageBytesWriter {
 public:
  explicit PageBytesWriter(std::string_view json_head);
  void Unsigned(uint64_t value);
  void Signed(int64_t value);
  std::string Take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace render
