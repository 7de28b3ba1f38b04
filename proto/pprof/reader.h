#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/profile.h"
#include "proto/byte_source.h"

// pprof profiles in: docs/formats/pprof.md. Streamed field by field, so the memory is what the Profile takes and a few
// buffers.
namespace proto::pprof {

// Is this the beginning of a pprof profile? True when all that can be seen of it obeys profile.proto's types.
bool LooksPprof(std::string_view head);

// `name` stands for the file in messages. Throws InputError for bytes that are no profile, ids that are not defined, string
// indices outside of the table, and samples whose values don't fit the sample types.
model::Profile Read(ByteSource& source, const std::string& name);

}  // namespace proto::pprof
