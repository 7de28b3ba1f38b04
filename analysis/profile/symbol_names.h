#pragma once

#include <optional>

#include "analysis/profile/demangle.h"
#include "model/profile.h"

namespace analysis {

// Which names functions go by, where the profile has those of the linker.
struct Naming {
  bool is_off = false;                                 // as the profile has them, whatever they are
  std::optional<NameParts> parts = NameParts::kPlain;  // of what is demangled; nullopt = the linker's names
  bool is_forced = false;                              // also where the profile has a name of its own
};

// Gives functions without a name of their own one that people can read, as pprof does it: C++ and Rust names are demangled,
// and those that a profiler wrote with templates and arguments ("ns::f<int>(char)") lose them. Names of Go, Java and plain C
// stay.
void NameFunctions(model::Profile& profile, const Naming& naming);

}  // namespace analysis
