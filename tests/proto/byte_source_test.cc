#include "proto/byte_source.h"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "model/input_error.h"

namespace {

std::string Gzip(const std::string& plain, int window = 15 + 16) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string Zstd(const std::string& plain) {
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3));
  return packed;
}

std::string ReadAll(std::string_view bytes, uint64_t allowed = 1 << 30) {
  const auto source = proto::OpenBytes("test", bytes, {.max_unpacked_bytes = allowed});
  std::string all;
  for (auto span = source->Next(); !span.empty(); span = source->Next()) all.append(span.begin(), span.end());
  return all;
}

std::string ErrorOf(std::string_view bytes, uint64_t allowed = 1 << 30) {
  try {
    ReadAll(bytes, allowed);
  } catch (const model::InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string Noise(size_t size) {
  std::string text;
  uint32_t state = 1;
  while (text.size() < size) text += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

}  // namespace

TEST_CASE("plain bytes come through as they are") {
  CHECK(ReadAll("go 1.26 trace") == "go 1.26 trace");
  CHECK(ReadAll("").empty());
  CHECK(ReadAll("x") == "x");
}

TEST_CASE("gzip, zlib and zstd are seen through, also one inside the other and larger than the buffers") {
  const std::string plain = Noise(1'000'000) + std::string(3'000'000, 'a');
  CHECK(ReadAll(Gzip(plain)) == plain);
  CHECK(ReadAll(Gzip(plain, 15)) == plain);
  CHECK(ReadAll(Zstd(plain)) == plain);
  CHECK(ReadAll(Zstd(Gzip(plain))) == plain);
  CHECK(ReadAll(Gzip("")).empty());
}

TEST_CASE("several members follow one another, padded with zeros at the end") {
  CHECK(ReadAll(Gzip("first ") + Gzip("second ") + Gzip("third") + std::string(512, '\0')) == "first second third");
  CHECK(ReadAll(Zstd("first ") + Zstd("second")) == "first second");
}

TEST_CASE("packed data cut anywhere is an error or, before the magic is whole, plain bytes") {
  for (const std::string& packed : {Gzip("hello hello hello"), Zstd("hello hello hello")}) {
    for (size_t size = 4; size < packed.size(); ++size) {
      CHECK_MESSAGE(ErrorOf(packed.substr(0, size)).find("ends in the middle") != std::string::npos, size);
    }
  }
}

TEST_CASE("a flipped byte is an error that says where") {
  std::string packed = Gzip(Noise(100'000));
  packed[50'000] = static_cast<char>(packed[50'000] ^ 0x55);
  const std::string error = ErrorOf(packed);
  CHECK(error.find("test: byte ") == 0);
  CHECK(error.find("damaged (gzip") != std::string::npos);
}

TEST_CASE("a bomb is stopped at the allowed size") {
  const std::string bomb = Gzip(std::string(50'000'000, '\0'));
  CHECK(bomb.size() < 60'000);
  CHECK(ErrorOf(bomb, 10'000'000).find("unpacks to more than 10000000 bytes") != std::string::npos);
  CHECK(ErrorOf(bomb, 0) == "no error");
}

TEST_CASE("a megabyte that stands for ten gigabytes is stopped without being told to, also when packed twice") {
  const std::string frame = Zstd(std::string(100'000'000, '\0'));
  std::string bomb;
  for (int i = 0; i < 100; ++i) bomb += frame;
  CHECK(bomb.size() < 2'000'000);
  CHECK(ErrorOf(bomb, 0).find("unpacks to more than") != std::string::npos);
  CHECK(ErrorOf(Gzip(bomb), 0).find("unpacks to more than") != std::string::npos);
}

TEST_CASE("packing that never ends is refused") {
  std::string packed = "x";
  for (int i = 0; i < 6; ++i) packed = Gzip(packed);
  CHECK(ErrorOf(packed).find("packed more than") != std::string::npos);
}

TEST_CASE("what can't be opened says why") {
  CHECK_THROWS_WITH_AS(proto::OpenInput("/nonexistent/file"), "/nonexistent/file: can't open: No such file or directory",
                       model::InputError);
  CHECK_THROWS_WITH_AS(proto::OpenInput("/tmp"), "/tmp: is a directory, wanted a file", model::InputError);
}
