#pragma once

#include <string>
#include <string_view>

#include "model/profile.h"
#include "proto/byte_source.h"

// Folded stacks: a line per stack, frames from the root to the leaf, and how often it was seen.
//   main;serve;lock 30
// With two numbers a line (difffolded.pl's output) the profile has two value types, "before" and "after".
// Grammar and traps: docs/formats/folded.md.
namespace proto {

// Is this how a file of folded stacks begins? `head` may end in the middle of a line.
bool LooksFolded(std::string_view head);

// Lines with the same stack become one sample, so memory is bounded by the distinct stacks. Odd lines are counted in the
// profile's warnings; InputError if there is not a single good one.
model::Profile ReadFolded(const std::string& name, ByteSource& source);

}  // namespace proto
