#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/frame_tree.h"

// Samples over a FrameTree: what a page needs to answer questions that are asked after it was written: another sample type,
// one label's share, what changed, who calls a function. Samples are columns; those of equal frame, labels and side are one
// row.
namespace model {

struct FrameProfile {
  struct ValueKind {
    std::string type, unit;  // "cpu", "nanoseconds"
  };
  using LabelSet = std::vector<std::pair<std::string, std::string>>;  // key and value, as people read it

  FrameTree tree;                      // its sides are empty
  std::vector<ValueKind> value_kinds;  // k of them
  size_t default_kind = 0;
  std::vector<std::string> sides;    // empty, or "before" and "after"
  std::vector<LabelSet> label_sets;  // row 0 = no labels

  std::vector<FrameId> sample_frame;    // n, ascending
  std::vector<uint32_t> sample_labels;  // n
  std::vector<uint8_t> sample_side;     // n
  std::vector<int64_t> sample_values;   // n*k, sample-major

  std::vector<bool> is_noise;  // by frame, of the default kind; empty = not known
};

}  // namespace model
