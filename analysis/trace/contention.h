#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/duration_distribution.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/trace_filter.h"
#include "analysis/trace/wait_site.h"
#include "model/event_source.h"
#include "model/profile.h"
#include "model/report.h"

// Locks, channels and the like, ranked by the time they cost, each with the lines that wait and the lines that make them
// wait.
//
// The runtime's own goroutines (tracing, collecting) are left out.
//
// A trace has no addresses of locks. What it has: the line that waited, and the line that ended the wait. A line of the
// program nearly always means one lock (or one field of many objects), so lines that ended each other's waits belong to one
// class: `Lock` in f and `Lock` in g are the same lock when the same `Unlock` woke both. A select stands alone, for it means
// several channels.
//
// Who held the lock. The goroutine that unlocks had it until then, and nobody else did since the unlock before; so the time
// that all waiters of the class together lost between two unlocks is the later one's. That charges a slow holder for the
// whole queue behind it and each waiter of the queue only for its own turn. Where waiters are often woken out of their order
// the class is several locks; there each wait is charged to the line that ended it.
namespace analysis {

// A place that waits, or makes wait.
struct ContentionSite {
  model::LocationId where;  // first frame that is not of runtime or sync; kNoFrame = no stack recorded
  model::StackId stack;     // of the longest (waiter) or the latest (holder)
  uint64_t count = 0;       // waits, or waits ended
  uint64_t open = 0;
  int64_t ns = 0;  // waited, open waits too; or charged
  int64_t open_ns = 0;
};

// Who waits when the trace ends.
struct ContentionWaiter {
  model::GoroutineId goroutine = model::kNoGoroutine;
  Resource resource = Resource::kNone;
  model::LocationId where;
  model::Time since = 0;
  bool began_before = false;  // the trace; since is the begin of the trace then
  uint64_t overtaken = 0;     // waits of its class that began later and are over
};

// How a wait of the class ended last.
struct LastWake {
  model::GoroutineId waker = model::kNoGoroutine;
  model::LocationId where;  // of the waker's line
  model::Time at = 0;
};

struct ContentionClass {
  Resource resource = Resource::kNone;  // what most of the time was spent on
  DurationDistribution waits;           // closed
  uint64_t open = 0;
  int64_t open_ns = 0;
  uint64_t began_before = 0;
  uint64_t goroutines = 0;                // that waited, counted once per class
  uint64_t max_waiters = 0;               // at one moment
  int64_t contended_ns = 0;               // while at least one waited
  uint64_t longest_handover = 0;          // the lock went so many times from one waiter straight to the next
  bool is_one = true;                     // waiters were woken in order, so it behaves like one lock
  std::vector<ContentionSite> waiters;    // by ns
  std::vector<ContentionSite> holders;    // by ns
  int64_t uncharged_ns = 0;               // nobody unlocked since
  std::vector<ContentionWaiter> waiting;  // at the end, the longest first
  std::optional<LastWake> last_wake;
  uint64_t readers_behind_writers = 0;  // read locks that queued while a writer was waiting for the same class
  uint64_t writer_waits = 0;            // of an RWMutex
  int64_t longest_writer_wait_ns = 0;   // open ones too

  int64_t total_ns() const { return waits.total() + open_ns; }
  uint64_t count() const { return waits.count() + open; }
};

struct Contention {
  std::vector<ContentionClass> classes;  // by total, then line
  model::Time begin = 0;                 // of what was asked for
  int64_t trace_ns = 0;
};

class ContentionClasses;

// The same as FindContention, for who reads the trace for more than this.
class ContentionFinder {
 public:
  // `spans` is shown each event first.
  ContentionFinder(const model::EventSource& source, TraceFilter& filter, const StateSpans& spans);
  ~ContentionFinder();

  void See(const model::Event& event, const StateSpan* ended);  // each in order, with the span that it ended
  Contention Finish();

 private:
  struct Wait {  // of a goroutine: the present or the latest one
    bool is_known = false;
    uint32_t site = 0;
    Resource resource = Resource::kNone;
    model::StackId stack;
    model::LocationId where;
    model::Time queued_at = 0;
    bool is_on = false;
    uint64_t spans_since = 0;
    uint64_t handovers = 0;  // the chain of hand-overs that ended this wait
  };

  void BeginWait(const model::Event& event, Wait& wait);
  void EndWait(const StateSpan& span, Wait& wait);
  void Charge(Wait& wait, const WaitSite& waker, const StateSpan& span, model::Time now);
  void CountWait(const StateSpan& span, const Wait& wait);
  Wait& LatestIn(uint32_t row);

  const model::EventSource& source_;
  TraceFilter& filter_;
  const StateSpans& spans_;
  WaitSites sites_;
  bool is_narrowed_;
  int64_t counted_ns_ = 0;  // of the span that just ended
  std::unique_ptr<ContentionClasses> classes_;
  std::vector<Wait> latest_;  // by StateSpans::row
};

Contention FindContention(model::EventSource& source, TraceFilter& filter);

// The runtime's own profiles of the same run, to be shown beside. They are not added to anything: the mutex profile charges
// waits to Unlock, the block profile to Lock, and both know only waits that are over.
struct ContentionProfiles {
  const model::Profile* mutex = nullptr;
  const model::Profile* block = nullptr;
};

model::Report ContentionReport(const Contention& contention, const model::EventSource& source,
                               const ContentionProfiles& profiles, size_t rows_shown);

}  // namespace analysis
