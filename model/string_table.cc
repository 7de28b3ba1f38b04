#include "model/string_table.h"

#include <algorithm>
#include <cstring>

namespace model {
namespace {

// Blocks grow: a log of ten thousand small goroutine dumps has a table for each.
constexpr size_t kFirstBlockBytes = 1024;
constexpr size_t kLargestBlockBytes = 64 * 1024;

}  // namespace

StringTable::StringTable() { Intern(""); }

StringId StringTable::Intern(std::string_view text) {
  const uint64_t hash = MixHash(std::hash<std::string_view>()(text));
  return StringId(index_.FindOrAdd(
      hash, [&](uint32_t row) { return views_[row] == text; },
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
