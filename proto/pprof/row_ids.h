#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/pprof/id_map.h"

// The rows of one table (locations, functions, mappings) while a profile is read: records mention ids long before, or long
// after, the record that defines them. A row is handed out at first mention; what was never defined is found at the end.
namespace proto::pprof {

class RowIds {
 public:
  struct Mention {
    uint64_t id = 0;
    uint64_t byte = 0;    // where it was mentioned first
    uint64_t record = 0;  // in which sample or location
  };

  // The row of `id`; `add()` makes a new one and returns its number.
  template <class Add>
  uint32_t FindOrAdd(const Mention& mention, Add add) {
    const uint32_t row = ids_.Find(mention.id);
    return row != IdMap::kNone ? row : Mentioned(mention, add());
  }

  // False if the row was defined before. `row` comes from FindOrAdd; rows must be consecutive.
  bool Define(uint32_t row) {
    if (is_defined_[row - first_row_]) return false;
    is_defined_[row - first_row_] = true;
    ++defined_count_;
    return true;
  }

  size_t defined_count() const { return defined_count_; }

  std::optional<Mention> FirstUndefined() const {
    for (size_t i = 0; i < mentions_.size(); ++i) {
      if (!is_defined_[i]) return mentions_[i];
    }
    return std::nullopt;
  }

 private:
  [[gnu::noinline]] uint32_t Mentioned(const Mention& mention, uint32_t row) {
    first_row_ = mentions_.empty() ? row : first_row_;
    mentions_.push_back(mention);
    is_defined_.push_back(false);
    ids_.Add(mention.id, row);
    return row;
  }

  IdMap ids_;
  std::vector<Mention> mentions_;
  std::vector<bool> is_defined_;
  uint32_t first_row_ = 0;
  size_t defined_count_ = 0;
};

}  // namespace proto::pprof
