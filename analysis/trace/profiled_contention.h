#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "model/profile.h"

// What a mutex or block profile of the runtime says of each line, in the words by which a trace's lines are known, so that
// the two can be laid side by side.
namespace analysis {

struct ProfiledSite {
  int64_t delay_ns = 0;
  int64_t contentions = 0;
};

// By "main.(*PriceTable).lookup main.go:29": the innermost frame that is the program's, not sync's or the runtime's.
using ProfiledContention = std::map<std::string, ProfiledSite>;

ProfiledContention ContentionBySite(const model::Profile& profile);

}  // namespace analysis
