#include "proto/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace proto {

std::string Gzip(std::string_view bytes) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemoryLevel = 8;
  constexpr size_t kStep = size_t{1} << 20;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string packed;
  size_t made = 0;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    const std::string_view step = bytes.substr(0, kStep);
    packed.resize(made + deflateBound(&stream, static_cast<uLong>(step.size())));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(step.data()));
    stream.avail_in = static_cast<uInt>(step.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data() + made);
    stream.avail_out = static_cast<uInt>(packed.size() - made);
    status = deflate(&stream, step.size() == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    bytes.remove_prefix(step.size() - stream.avail_in);
    made = packed.size() - stream.avail_out;
  }
  deflateEnd(&stream);
  packed.resize(made);
  return packed;
}

}  // namespace proto
