#pragma once

#include <string_view>
#include <vector>

#include "model/profile.h"
#include "proto/perf/perf_decoder.h"

namespace proto {

// Joins what decoders found into one Profile. Rows are taken by where they were first seen, so ids and order are the same
// whether one decoder read the text or several. Rows whose texts differ but whose frames are the same become one sample.
model::Profile JoinPerfSums(std::vector<PerfSums> parts, std::string_view event);

}  // namespace proto
