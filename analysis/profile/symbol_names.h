#pragma once

#include "model/profile.h"

namespace analysis {

// C++ names that a profiler wrote with templates and arguments ("ns::f<int>(char)") lose them, as pprof does it, where the
// profile has no shorter name of its own. Names of Go, Java and plain C stay as they are.
void ShortenCppNames(model::Profile& profile);

}  // namespace analysis
