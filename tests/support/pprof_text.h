#pragma once

#include <string>
#include <string_view>

#include "model/profile.h"

// Profiles of the pprof format as tests write them down: protobuf's text form of proto/pprof/profile.proto.
//   PprofBytes(R"(sample_type { type: 1 unit: 2 } sample { location_id: 1 value: 3 } ... string_table: "" ...)")
namespace test_support {

std::string PprofBytes(std::string_view text);  // the message's bytes, not packed

// Reads bytes that lie in memory.
model::Profile ReadPprof(std::string_view bytes, const std::string& name = "test.pb");

// All of a profile, a line for each sample, location, function, mapping and value: equal texts are equal profiles.
std::string CanonicalText(const model::Profile& profile);

}  // namespace test_support
