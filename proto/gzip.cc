#include "proto/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <future>
#include <memory>
#include <new>
#include <vector>

#include "proto/processors.h"

namespace proto {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr size_t kWindowBytes = size_t{1} << 15;  // how far back deflate looks

struct Block {
  std::string packed;
  uLong check = 0;
  size_t size = 0;
};

struct DeflateEnd {
  void operator()(z_stream* stream) const { deflateEnd(stream); }
};

// Raw deflate of the block at `begin`, to be followed by that of the next one.
Block Pack(std::string_view bytes, size_t begin) {
  constexpr int kRaw = -15, kMemoryLevel = 8;
  constexpr size_t kFlushBytes = 16;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRaw, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  const std::unique_ptr<z_stream, DeflateEnd> ends(&stream);
  const auto* const block = reinterpret_cast<const Bytef*>(bytes.data()) + begin;
  const size_t size = std::min(kBlockBytes, bytes.size() - begin);
  const size_t seen = std::min(kWindowBytes, begin);
  if (seen > 0) deflateSetDictionary(&stream, block - seen, static_cast<uInt>(seen));
  Block result{.check = crc32(crc32(0, nullptr, 0), block, static_cast<uInt>(size)), .size = size};
  result.packed.resize(deflateBound(&stream, static_cast<uLong>(size)) + kFlushBytes);
  stream.next_in = const_cast<Bytef*>(block);
  stream.avail_in = static_cast<uInt>(size);
  stream.next_out = reinterpret_cast<Bytef*>(result.packed.data());
  stream.avail_out = static_cast<uInt>(result.packed.size());
  deflate(&stream, begin + size == bytes.size() ? Z_FINISH : Z_SYNC_FLUSH);
  assert(stream.avail_in == 0 && stream.avail_out > 0);
  result.packed.resize(result.packed.size() - stream.avail_out);
  result.packed.shrink_to_fit();
  return result;
}

std::vector<Block> PackAll(std::string_view bytes) {
  std::vector<Block> blocks(std::max<size_t>(1, (bytes.size() + kBlockBytes - 1) / kBlockBytes));
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < blocks.size(); i = next++) blocks[i] = Pack(bytes, i * kBlockBytes);
  };
  std::vector<std::future<void>> others;
  for (size_t i = 1; i < std::min<size_t>(Processors(), blocks.size()); ++i)
    others.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& other : others) other.get();
  return blocks;
}

void AppendLittleEndian(std::string& out, uint64_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

}  // namespace

std::string Gzip(std::string_view bytes) {
  // RFC 1952: deflate, no flags, no time; packed for speed, on Unix.
  constexpr char kHead[] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 4, 3};
  std::string packed(kHead, sizeof kHead);
  uLong check = crc32(0, nullptr, 0);
  for (const Block& block : PackAll(bytes)) {
    packed += block.packed;
    check = crc32_combine(check, block.check, static_cast<z_off_t>(block.size));
  }
  AppendLittleEndian(packed, check);
  AppendLittleEndian(packed, bytes.size());
  return packed;
}

}  // namespace proto
