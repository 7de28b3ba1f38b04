#pragma once

#include <optional>
#include <vector>

#include "analysis/frame_merge.h"
#include "model/frame_profile.h"
#include "model/profile.h"

namespace analysis {

// One side is a profile; two are before and after, and only sample types that all profiles have stay. `labels` that have
// more than kLabelValuesKept values (request ids, addresses) are left out: they would be the larger part of a page, and
// nobody picks one of them.
class FrameProfileBuilder {
 public:
  static constexpr size_t kLabelValuesKept = 200;

  FrameProfileBuilder(FrameMergeOptions options, size_t default_kind) : merger_(std::move(options)) {
    profile_.default_kind = default_kind;
  }

  void AddSide(std::string label);
  // To the latest side. UsageError where the profile lacks one of the first one's sample types.
  void Add(const model::Profile& profile);
  model::FrameProfile Take();

 private:
  struct Sample {
    model::FrameId frame;
    uint32_t labels;
    uint8_t side;
    size_t values;  // index of the first in values_
  };
  std::vector<size_t> MatchKinds(const model::Profile& profile);
  std::vector<uint32_t> AddLabelSets(const model::Profile& profile);

  void ScaleSides();
  void FindNoise();

  FrameMerger merger_;
  model::FrameProfile profile_;
  std::vector<std::vector<std::vector<int64_t>>>
      runs_;                      // of each side, of each profile: samples by frame, where it counts samples
  std::vector<size_t> profiles_;  // of each side
  std::vector<Sample> samples_;
  std::vector<int64_t> values_;
};

// The value that says how often a stack was seen, which is what chance acts on: `value` itself where it is a count, else the
// "samples" beside it. A heap profile's bytes have none.
std::optional<size_t> CountKind(const model::Profile& profile, size_t value);

}  // namespace analysis
