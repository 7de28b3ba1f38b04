#pragma once

#include <string>
#include <vector>

#include "analysis/deadlock/chains.h"
#include "analysis/trace/contention.h"
#include "analysis/trace/outside_waits.h"
#include "model/event_source.h"
#include "model/report.h"

// What the goroutines of a trace wait for, by the thing waited for: locks, channels, WaitGroups, Conds, timers, the network,
// system calls. For each: who waits at the end and since when, who had it or woke a waiter last, how long such waits take
// otherwise, and who starves; and on whom all of it hangs in the end.
namespace analysis {

struct ResourceWaits {
  Contention contention;
  std::vector<OutsideWait> outside;
  deadlock::Result stuck;  // of the whole trace
  std::vector<deadlock::ChainRoot> chains;
};

// One pass over the source. `options` narrow all but the chains.
ResourceWaits FindResourceWaits(model::EventSource& source, TraceFilter& contention_filter, TraceFilter& outside_filter);

// Waits that are far from what the class's own history has, in a sentence each: overtaken by later ones, far longer than any
// that ended, writers that readers queue behind. Empty = nothing odd.
std::vector<std::string> Starvation(const ContentionClass& row, model::Time end);

model::Report ResourceWaitsReport(const ResourceWaits& waits, const model::EventSource& source, size_t rows_shown);

}  // namespace analysis
