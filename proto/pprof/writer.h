#pragma once

#include <string>

#include "model/profile.h"

namespace proto::pprof {

// The bytes of a profile.proto message, not packed. What is read back from them is the same Profile: samples in their order,
// locations, functions and mappings numbered from 1 in the order of their tables. Strings that nothing uses are left out.
std::string Write(const model::Profile& profile);

}  // namespace proto::pprof
