#pragma once

#include <map>
#include <set>
#include <vector>

#include "analysis/deadlock/facts.h"

// Which functions handle the same lock. The trace has no lock ids, but each wait for a lock that ended says "the Lock at
// this line was ended by an Unlock in that function"; lines and functions that hang together by such pairs are one class of
// locks (as many locks as the program makes of that kind: all shards' mutexes are one class).
namespace analysis::deadlock {

class LockClasses {
 public:
  explicit LockClasses(const Facts& facts);

  // Functions seen to lock or unlock the class of the lock that is taken at `lock_place`. Empty for a place never seen.
  const std::set<FunctionId>& FunctionsOf(LocationId lock_place) const;
  bool IsOneClass(LocationId a, LocationId b) const;

  // The longest completed wait for a lock in this function: how long its locks are held when all is well.
  Time LongestIn(FunctionId function) const;
  // Waits for a lock completed in this function at a line before this one: who stands at this line holds that lock.
  bool HasEarlierLock(LocationId lock_place) const;

 private:
  const Facts& facts_;
  std::map<LocationId, uint32_t> class_of_;
  std::vector<std::set<FunctionId>> functions_;
  std::map<FunctionId, Time> longest_in_;
  std::map<FunctionId, int64_t> first_line_in_;  // of completed lock waits
};

}  // namespace analysis::deadlock
