#include "proto/gzip.h"

#include <doctest/doctest.h>
#include <sched.h>
#include <zlib.h>

#include <string>

namespace {

// Half text, half noise: some of it packs, some does not.
std::string Bytes(size_t count) {
  std::string bytes(count, '\0');
  uint32_t x = 1;
  for (size_t i = 0; i < count; ++i) {
    x = x * 1664525 + 1013904223;
    bytes[i] = i / 100000 % 2 == 0 ? "runtime.mallocgc "[i % 17] : static_cast<char>(x >> 24);
  }
  return bytes;
}

// As zlib unpacks it: one member with a right check sum and length, and nothing behind it.
std::string Unpacked(const std::string& packed, size_t size) {
  std::string bytes(size + 1, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  return bytes;
}

class OneProcessor {
 public:
  OneProcessor() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (size_t i = 0; CPU_COUNT(&one) == 0; ++i) {
      if (CPU_ISSET(i, &before_)) CPU_SET(i, &one);
    }
    sched_setaffinity(0, sizeof one, &one);
  }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;
  ~OneProcessor() { sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_;
};

}  // namespace

TEST_CASE("what is packed in blocks side by side is one gzip member") {
  constexpr size_t kBlock = size_t{1} << 20;
  for (const size_t size : {size_t{0}, size_t{1}, kBlock - 1, kBlock, kBlock + 1, 3 * kBlock, 5 * kBlock + 17}) {
    CAPTURE(size);
    const std::string bytes = Bytes(size);
    CHECK((Unpacked(proto::Gzip(bytes), size) == bytes));
  }
}

TEST_CASE("the packed bytes are the same with one processor and with all") {
  const std::string bytes = Bytes(7'000'000), packed = proto::Gzip(bytes);
  const OneProcessor one;
  CHECK((proto::Gzip(bytes) == packed));
}
