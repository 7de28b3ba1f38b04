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

// What lines of the same stack become. kMerged: one sample, so memory is bounded by the distinct stacks. kInOrder: one where
// they follow each other, so that the samples are in the order of the file, which is time where its writer kept it.
enum class SampleOrder { kMerged, kInOrder };

// Odd lines are counted in the profile's warnings; InputError if there is not a single good one.
model::Profile ReadFolded(const std::string& name, ByteSource& source, SampleOrder order = SampleOrder::kMerged);

}  // namespace proto
