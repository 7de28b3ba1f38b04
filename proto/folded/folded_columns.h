#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "model/intern_index.h"
#include "model/warnings.h"
#include "proto/byte_source.h"
#include "proto/folded/folded_line.h"

// Folded stacks of two files side by side, "stack before after", which is what differential flame graphs are drawn from. A
// stack is not taken apart for it: equal lines are equal stacks. Memory: the text of the distinct stacks and 48 bytes each.
namespace proto {

class FoldedColumns {
 public:
  enum class Side { kBefore, kAfter };

  // Odd lines are counted in warnings(); InputError where there is not a single good one.
  void Add(Side side, const std::string& name, ByteSource& source);

  // Scales the values before so that both sides have the same total; they lose their fractions.
  void Normalize();

  // In the order in which the stacks were met: those of the first file as they stand there, then what is new. Lines.
  void Write(const std::function<void(std::string_view)>& write) const;

  const model::Warnings& warnings() const { return warnings_; }

 private:
  struct Row {
    std::string_view stack;  // in blocks_
    std::array<FoldedNumber, 2> values;
  };

  Row& RowOf(std::string_view stack);
  std::string_view Store(std::string_view stack);
  long double Total(Side side) const;

  std::vector<Row> rows_;
  model::InternIndex index_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* block_at_ = nullptr;
  size_t block_left_ = 0;
  model::Warnings warnings_;
};

}  // namespace proto
