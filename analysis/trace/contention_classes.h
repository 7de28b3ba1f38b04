#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/trace/contention.h"
#include "model/id_map.h"

// The classes of FindContention while the trace is read: lines are joined to classes as wakes are seen, and what was counted
// for each moves together.
namespace analysis {

class ContentionClasses {
 public:
  using Site = uint32_t;  // a line of one family: locks, channels, WaitGroups, Conds

  Site SiteOf(Resource family, model::LocationId where);
  void Join(Site a, Site b);

  struct Arrival {
    model::GoroutineId goroutine = model::kNoGoroutine;
    Resource resource = Resource::kNone;
    model::Time queued_at =
        0;  // its place in the queue: when it began to wait, or, if it was woken in vain, the time before
    model::Time begin = 0;
  };
  void BeginWait(Site site, const Arrival& arrival, model::Time now);
  void EndWait(Site site, model::GoroutineId goroutine, model::Time queued_at, model::Time now);
  // Whoever was at `holder` until now is charged with what has been waited since the one before; `direct_ns` is the wait
  // that it ended.
  void Charge(Site site, const LastWake& wake, model::StackId stack, int64_t direct_ns, model::Time now);
  void CountWait(Site site, Resource resource, model::LocationId where, const StateSpan& part);
  void SeeHandover(Site site, uint64_t length);

  // kDirect: always charge a wait to the line that ended it, for waits that are only some of the class's.
  enum class Charging { kByTime, kDirect };
  std::vector<ContentionClass> Finish(model::Time now, Charging charging);

 private:
  struct Holder {
    model::StackId stack;
    uint64_t count = 0;
    int64_t by_time_ns = 0;
    int64_t direct_ns = 0;
  };
  struct Queued {
    Resource resource = Resource::kNone;
    uint64_t wakes_before = 0;  // of the class, when it came
    uint64_t ahead = 0;         // in the queue, when it came
  };
  struct Class {
    ContentionClass found;
    std::array<int64_t, kResourceCount> ns_by_resource{};
    std::map<model::LocationId, std::pair<ContentionSite, int64_t>> waiters;  // with the longest wait
    std::map<model::LocationId, Holder> holders;
    model::IdSet goroutines;
    std::map<std::pair<model::Time, model::GoroutineId>, Queued> waiting;  // first come, first served
    uint64_t writers_waiting = 0;                                          // of RWMutexes
    model::Time now = 0;
    int64_t waited_ns = 0;      // by all waiters together, until `now`
    int64_t charged_until = 0;  // of waited_ns
    uint64_t wakes = 0;
    uint64_t out_of_order = 0;
  };

  Class& Find(Site site) { return classes_[Root(site)]; }
  Site Root(Site site);
  static void Advance(Class& row, model::Time now);
  static void Merge(Class& into, Class&& from);
  static void JoinQueues(Class& into, Class& from);
  static void CountOvertaken(Class& row);
  static ContentionClass Finished(Class& row, Charging charging);

  model::IdMap<Site> sites_;  // family and line
  std::vector<Site> parent_;
  std::vector<Class> classes_;  // by root
};

}  // namespace analysis
