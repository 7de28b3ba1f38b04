#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "model/ids.h"
#include "model/intern_index.h"

// Every name in a file, once. A string is interned where a decoder sees its bytes; from there on it is a StringId,
// and comparing names is comparing numbers. Row 0 is the empty string.
// Views stay valid as long as the table: bytes live in blocks that never move.
namespace model {

class StringTable {
 public:
  StringTable();
  StringTable(StringTable&&) noexcept = default;
  StringTable& operator=(StringTable&&) noexcept = default;

  StringId Intern(std::string_view text);  // amortised O(length)
  std::string_view operator[](StringId id) const { return views_[id.index()]; }
  bool contains(StringId id) const { return id.index() < views_.size(); }
  size_t size() const { return views_.size(); }

 private:
  std::string_view Store(std::string_view text);

  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_left_ = 0;
  char* block_end_ = nullptr;
  std::vector<std::string_view> views_;
  InternIndex index_;
};

}  // namespace model
