#pragma once

#include "model/frame_tree.h"

// Two sides of a FrameTree made comparable, and which of their differences are more than chance.
namespace analysis {

// Scales side 0 so that its total is side 1's. Shares are kept to a unit; the total is exact.
void ScaleBefore(model::FrameTree& tree);

// Sides of different numbers of recordings: the one with fewer is scaled up by their ratio.
void ScaleToRuns(model::FrameTree& tree, size_t before_runs, size_t after_runs);

enum class ChangeOf { kTotal, kSelf };
enum class ChangeIn { kAmount, kShare };  // kShare: where sides were scaled to one total

// Sets FrameTree::is_noise from the sides' runs, which must be sample counts: the counts of each frame are compared as
// analysis/statistics/count_test.h says (amounts: the larger of the rate test's and, with several runs a side, Welch's
// p-value), corrected for the number of frames. Frames with less than a thousandth of either side are not tested, and are
// noise.
void MarkNoise(model::FrameTree& tree, ChangeOf what, ChangeIn in);

}  // namespace analysis
