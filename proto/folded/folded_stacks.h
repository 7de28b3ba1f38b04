#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/intern_index.h"
#include "model/profile.h"
#include "proto/folded/folded.h"
#include "proto/folded/folded_line.h"

// Builds a Profile from stacks written "root;caller;leaf". Folded files are mostly sorted, so two neighbours share most of
// their frames: what a stack has in common with the one before it is not looked up again, which makes reading cost
// O(bytes) comparisons and a look-up of the name only for each frame that is new. As long as every line comes after the one
// before it in byte order, a frame that is new in its line is new in the file, and the tree of stacks needs no index.
namespace proto {

class FoldedStacks {
 public:
  explicit FoldedStacks(SampleOrder order) : order_(order) {}

  void AddValueType(std::string_view type);  // all before the first Add

  // Adds to the sample of that stack. One value per value type.
  void Add(std::string_view stack, std::span<const FoldedNumber> values);

  model::Warnings& warnings() { return profile_.warnings; }
  model::Profile Finish() &&;

 private:
  struct Frame {
    size_t end;  // of its name in last_stack_
    model::StackId stack;
  };
  struct NewFrame {
    size_t begin, end;  // in the line
    uint64_t hash;      // of its name
    uint32_t row;       // in names_, most likely
  };
  struct Name {
    std::string_view text;  // in the profile's strings
    model::LocationId location;
  };

  model::StackId Intern(std::string_view stack);
  void NoteOrder(std::string_view stack, size_t same);
  size_t KeepCommonFrames(std::string_view stack, size_t same);
  void SplitNewFrames(std::string_view stack, size_t begin);
  void GuessNames(std::string_view stack);
  model::StackId Child(model::StackId caller, model::LocationId callee, size_t end);
  model::LocationId LocationOf(std::string_view name, const NewFrame& frame);
  uint32_t AddName(std::string_view name);
  size_t SampleOf(model::StackId stack);
  size_t AddSample(model::StackId stack);
  void AddFraction(size_t at, int32_t millionths);
  void RoundFractions();

  const SampleOrder order_;
  model::Profile profile_;
  std::vector<uint32_t> sample_of_stack_;  // by StackId: sample + 1; 0 = none
  std::vector<int64_t> millionths_;        // beside profile_.sample_value; empty while no value has a fraction
  std::string last_stack_;
  std::vector<Frame> last_frames_;
  std::vector<NewFrame> new_frames_;
  bool is_sorted_ = true;              // every stack so far after the one before it, by bytes
  std::vector<Frame> whole_prefixes_;  // stacks that are, to the byte, how the last line begins; the shortest first
  model::InternIndex name_index_;
  std::vector<Name> names_;
};

}  // namespace proto
