#include "model/string_table.h"

#include <algorithm>
#include <cstring>

namespace model {
namespace {

// Blocks grow: a log of ten thousand small goroutine dumps has a table for each.
constexpr size_t kFirstBlockBytes = 1024;
constexpr size_t kLargestBlockBytes = 64 * 1024;

// Sixteen bytes a multiplication, in place: names have some forty bytes, and a call to the standard library's hash cost more
// than the table's look-up.
uint64_t HashOf(std::string_view text) {
  const auto fold = [](uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15U) * (b ^ 0xd6e8feb86659fd93U);
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  };
  const char* at = text.data();
  size_t left = text.size();
  uint64_t hash = left;
  uint64_t words[2];
  for (; left >= sizeof words; at += sizeof words, left -= sizeof words) {
    std::memcpy(words, at, sizeof words);
    hash = fold(hash ^ words[0], words[1]) + hash;
  }
  std::memset(words, 0, sizeof words);
  if (left > 0) std::memcpy(words, at, left);
  return MixHash(fold(hash ^ words[0], words[1]));
}

}  // namespace

StringTable::StringTable() { Intern(""); }

StringId StringTable::Intern(std::string_view text) {
  return StringId(index_.FindOrAdd(
      HashOf(text), [&](uint32_t row) { return views_[row] == text; },
      [&] {
        views_.push_back(Store(text));
        return static_cast<uint32_t>(views_.size() - 1);
      }));
}

std::string_view StringTable::Store(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > block_left_) {
    const size_t grown = kFirstBlockBytes << std::min<size_t>(blocks_.size(), 6);
    const size_t bytes = std::max(std::min(grown, kLargestBlockBytes), text.size());
    blocks_.push_back(std::make_unique<char[]>(bytes));
    block_end_ = blocks_.back().get() + bytes;
    block_left_ = bytes;
  }
  char* at = block_end_ - block_left_;
  std::memcpy(at, text.data(), text.size());
  block_left_ -= text.size();
  return {at, text.size()};
}

}  // namespace model
