#include "proto/background_source.h"

#include <doctest/doctest.h>

#include <string>

#include "model/input_error.h"
#include "proto/gzip.h"

namespace {

std::string Bytes(size_t count) {
  std::string bytes(count, '\0');
  uint32_t x = 1;
  for (char& c : bytes) c = static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  return bytes;
}

std::string ReadAll(proto::ByteSource& source) {
  std::string all;
  for (auto bytes = source.Next(); !bytes.empty(); bytes = source.Next())
    all.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return all;
}

}  // namespace

TEST_CASE("bytes come out as they went in, small or large") {
  for (const size_t size : {size_t{0}, size_t{10}, size_t{1} << 20, size_t{5000001}}) {
    const std::string bytes = Bytes(size), packed = proto::Gzip(bytes);
    proto::BackgroundSource source(proto::OpenBytes("x.gz", packed));
    CHECK((ReadAll(source) == bytes));
  }
}

TEST_CASE("an error behind the first megabytes is thrown where it stands") {
  const std::string packed = proto::Gzip(Bytes(5000001));
  const std::string cut = packed.substr(0, packed.size() - 20);
  proto::BackgroundSource source(proto::OpenBytes("x.gz", cut));
  CHECK_THROWS_AS(ReadAll(source), model::InputError);
}

TEST_CASE("a source that is dropped in the middle ends its thread") {
  const std::string packed = proto::Gzip(Bytes(20000000));
  proto::BackgroundSource source(proto::OpenBytes("x.gz", packed));
  for (int i = 0; i < 20; ++i) CHECK_FALSE(source.Next().empty());
}
