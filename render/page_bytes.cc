#include "render/page_bytes.h"

namespace render {

PageBytesWriter::PageBytesWriter(std::string_view json_head) {
  for (unsigned shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(json_head.size() >> shift & 0xff);
  bytes_ += json_head;
}

void PageBytesWriter::Unsigned(uint64_t value) {
  for (; value > 127; value >>= 7) bytes_ += static_cast<char>(value | 128);
  bytes_ += static_cast<char>(value);
}

void PageBytesWriter::Signed(int64_t value) {
  Unsigned((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

}  // namespace render
