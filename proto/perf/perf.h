#pragma once

#include <string>
#include <string_view>

#include "model/profile.h"
#include "proto/byte_source.h"
#include "proto/perf/perf_options.h"

// The text that `perf script` prints. Samples of one event only: different events can't be added. A stack's root frame is
// the command; values are "samples" (count) and the event's own (sum of the periods: nanoseconds for clocks, else counts),
// which the collapsers use as weight. Where the text has no periods there are only samples. Grammar:
// docs/formats/perf-script.md.
namespace proto {

bool LooksLikePerfScript(std::string_view head);

// Stacks in the order in which the text first has them. Odd lines and samples of other events are counted in the profile's
// warnings. InputError if not a single sample can be had.
model::Profile ReadPerfScript(const std::string& name, ByteSource& source, const PerfOptions& options = {});

}  // namespace proto
