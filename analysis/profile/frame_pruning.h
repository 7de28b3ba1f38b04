#pragma once

#include <string>

#include "model/profile.h"

namespace analysis {

// drop_frames and keep_frames as the profile's writer asked for them: a frame whose whole name matches is cut off with all
// it called, but never before the first frame, from the root, that does not match.
void DropFrames(model::Profile& profile);

// From the leaf on, everything below the first frame that matches is cut off; the frame stays.
void PruneFrom(model::Profile& profile, const std::string& expression);

}  // namespace analysis
