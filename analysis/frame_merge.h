#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/call_graph.h"
#include "model/frame_tree.h"
#include "model/profile.h"

// Profiles to a FrameTree: frames that are called the same under the same callers become one. Filters act on the Profile,
// before.
namespace analysis {

enum class MergeFrom { kRoot, kLeaf };  // kLeaf: callers hang under the functions that were running

struct FrameMergeOptions {
  model::Granularity granularity = model::Granularity::kFunctions;  // what makes two frames the same
  bool inlines = true;                                              // false: an inlined call is its caller's
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
  // The same, and the profile's samples are also counted by frame as a run of its own (FrameSide::runs), for telling change
  // from noise.
  void AddRun(const model::Profile& profile, size_t value_type, size_t count_type);
  // Only the frames: by StackId, the frame each stack ends in. Stacks that the options leave out end in the root. From the
  // root only.
  std::vector<model::FrameId> AddStacks(const model::Profile& profile);
  // The samples in their order, as SequenceFrames does it.
  void AddInOrder(const model::Profile& profile, size_t value_type);
  model::FrameTree Take();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

// One profile, one side, in the order of its samples: a frame is the one before it only where nothing lies between them, as
// on a chart over time. From the root only.
model::FrameTree SequenceFrames(const model::Profile& profile, size_t value_type, const FrameMergeOptions& options = {});

// One profile, one side.
model::FrameTree MergeFrames(const model::Profile& profile, size_t value_type, const FrameMergeOptions& options = {});

}  // namespace analysis
