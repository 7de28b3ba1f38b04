#pragma once

#include <functional>
#include <string_view>

#include "model/profile.h"

namespace render {

using Write = std::function<void(std::string_view)>;

// A whole profile for other programs, written as it is made. Frames are listed once and samples name them by index, root
// first:
//   {"schema":1,"sample_types":["cpu/nanoseconds"],"frames":[{"name","file","line","inlined"}],
//    "samples":[{"stack":[0,4,7],"values":[10000000],"labels":{"tenant":"acme"}}]}
void ProfileJson(const model::Profile& profile, const Write& write);

// For speedscope.app: one profile for each sample type, inlined functions as frames of their own.
void SpeedscopeJson(const model::Profile& profile, const Write& write);

// A line for each sample: the stack, root first with ';' between frames, each value, the labels ("tenant=acme;zone=b").
void ProfileCsv(const model::Profile& profile, const Write& write);

}  // namespace render
