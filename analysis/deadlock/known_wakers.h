#pragma once

#include "analysis/deadlock/liveness.h"

// Who ended such waits so far will have to end the next one: not the same goroutine, but the same kin. A connection's writer
// is served by its own reader, a worker of a batch by the one who called it, a request by any of the pool. So what counts
// is whether *this* goroutine's relative of that kind is alive, and able.
namespace analysis::deadlock {

// What the history of a post says about one goroutine that waits there.
struct Reliance {
  bool is_known = false;    // enough such waits ended to take those who ended them for the only ones
  bool has_living = false;  // one of those, of this goroutine's own, is still there
};

// Offers every known waker of q's own; those who have hope themselves become hopes.
Reliance OfferKnownWakers(const Question& q, Hopes& hopes);

// Two at one channel meet: who has waited to receive, again and again while this one waited to send, did so elsewhere. Its
// creator and its children may have a channel for each of many, and come to this one's in turn.
bool HasPassedBy(const Question& q, Row who);

// A WaitGroup is ended by the goroutines that were started for it: those of the same function, in the same call, or those
// that kin handed to a method of the type in whose method it waits.
struct OwnWorkers {
  bool were_started = false;  // some were seen to be
  bool is_of_group = false;   // known by the type of the group only (group.Go and group.Wait), not by the call
  std::vector<Row> living;
};
OwnWorkers OwnWorkersOf(const Scene& scene, Row row);

}  // namespace analysis::deadlock
