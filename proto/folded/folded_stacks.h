#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/intern_index.h"
#include "model/profile.h"
#include "proto/folded/folded_line.h"

// Builds a Profile from stacks written "root;caller;leaf". Folded files are mostly sorted, so two neighbours share most of
// their frames: what a stack has in common with the one before it is not looked up again, which makes reading cost
// O(bytes) comparisons and a table look-up only for each frame that is new.
namespace proto {

class FoldedStacks {
 public:
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

  model::StackId Intern(std::string_view stack);
  size_t KeepCommonFrames(std::string_view stack);
  model::LocationId LocationOf(std::string_view name);
  size_t SampleOf(model::StackId stack);
  void AddFraction(size_t at, int32_t millionths);
  void RoundFractions();

  model::Profile profile_;
  std::vector<uint32_t> sample_of_stack_;  // by StackId: sample + 1; 0 = none
  std::vector<int64_t> millionths_;        // beside profile_.sample_value; empty while no value has a fraction
  std::string last_stack_;
  std::vector<Frame> last_frames_;
  model::InternIndex name_index_;
  std::vector<model::LocationId> location_of_name_;
};

}  // namespace proto
