#pragma once

#include <span>
#include <vector>

#include "analysis/snapshot/goroutine_snapshot.h"
#include "model/event_source.h"

// Who was there at an instant of a trace, as a dump of that moment would have shown it: states, stacks, creators. A
// goroutine that is running is shown where it last stopped; the runtime's own are left out, as in a dump. Waits of
// goroutines older than the trace count from its begin.
namespace analysis {

// `moments` are nanoseconds since the first event, one snapshot each, in their order; the trace is read once. Throws
// UsageError for one behind the trace's end.
std::vector<Snapshot> SnapshotsAt(model::EventSource& source, std::span<const model::Time> moments);

// At the first and at the last moment.
std::vector<Snapshot> FirstAndLastSnapshot(model::EventSource& source);

}  // namespace analysis
