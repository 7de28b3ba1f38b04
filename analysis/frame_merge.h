#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/frame_tree.h"
#include "model/profile.h"

// Profiles to a FrameTree: frames that are called the same under the same callers become one. Filters act on the Profile,
// before.
namespace analysis {

enum class FrameText { kFunctions, kFileFunctions, kFiles, kLines, kAddresses };  // what makes two frames the same

enum class MergeFrom { kRoot, kLeaf };  // kLeaf: callers hang under the functions that were running

struct FrameMergeOptions {
  FrameText text = FrameText::kFunctions;
  MergeFrom from = MergeFrom::kRoot;
  std::vector<std::string> bases;  // functions that become the roots; stacks without one are left out
  std::string application;         // import path of the user's module, for FrameOrigin
};

class FrameMerger {
 public:
  explicit FrameMerger(FrameMergeOptions options);
  ~FrameMerger();

  void AddSide(std::string label);                             // samples go to the latest side
  void Add(const model::Profile& profile, size_t value_type);  // O(rows of the stack trie + samples)
  model::FrameTree Take();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

// One profile, one side.
model::FrameTree MergeFrames(const model::Profile& profile, size_t value_type, const FrameMergeOptions& options = {});

}  // namespace analysis
