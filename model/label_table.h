#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/ids.h"
#include "model/intern_index.h"

// The labels of samples (pprof calls them tags on the command line). A million samples have few distinct sets of
// labels, so a set is interned and a sample holds its id: 4 bytes, and filtering looks at each set once.
// Set 0 is the empty set. Within a set, labels keep the order of the file.
namespace model {

struct Label {
  StringId key;
  StringId text;       // for a text label
  int64_t number = 0;  // for a numeric label
  StringId unit;       // of the number; empty = the key says it ("bytes") or nobody does
  bool is_number = false;
  bool operator==(const Label&) const = default;
};

class LabelTable {
 public:
  LabelTable();
  LabelSetId Intern(std::span<const Label> labels);        // O(labels)
  std::span<const Label> operator[](LabelSetId id) const;  // valid till the next Intern
  size_t size() const { return begin_.size() - 1; }        // sets, with the empty one

 private:
  std::vector<Label> labels_;
  std::vector<uint32_t> begin_;  // set i is labels_[begin_[i] .. begin_[i+1])
  InternIndex index_;
};

}  // namespace model
