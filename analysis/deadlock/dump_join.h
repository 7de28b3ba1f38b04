#pragma once

#include <span>
#include <string>

#include "analysis/deadlock/facts.h"
#include "model/goroutine_dump.h"
#include "model/profile.h"

// What a goroutine dump of the same process adds to a trace: who started those who are older than the trace, where those
// wait of whom the trace has no stack, the exact kind of a wait, how many minutes it lasts, and the addresses of locks and
// receivers. Goroutines are joined by id; a goroutine that stands elsewhere in the dump than at the end of the trace has
// moved, and nothing is taken over.
namespace analysis::deadlock {

// How dump and trace fit together.
struct DumpMatch {
  size_t goroutines = 0;                         // in the dump
  size_t same = 0;                               // waiting at the same place in both
  size_t without_stack = 0;                      // in the trace, which says nothing of where they wait
  size_t moved = 0;                              // at another place
  size_t unknown = 0;                            // not in the trace
  size_t ended = 0;                              // inside the trace, so the dump was taken before that
  bool fits = true;                              // it is of the same process, at about the same moment
  bool is_earlier() const { return ended > 0; }  // than the trace's end: who stands elsewhere in it may have got stuck since
};
DumpMatch CompareDump(Facts& facts, const model::GoroutineDump& dump);  // changes nothing but the stack tables
DumpMatch JoinDump(Facts& facts, const model::GoroutineDump& dump);

// What the runtime's own leak profile (goroutineleak) says, matched by stack.
struct LeakMatch {
  uint64_t marked = 0;   // by the runtime
  uint64_t matched = 0;  // found in the trace
};
LeakMatch JoinLeaks(Facts& facts, const model::Profile& leaks);

}  // namespace analysis::deadlock
