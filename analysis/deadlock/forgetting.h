#pragma once

#include "analysis/deadlock/facts.h"

// Gives up the rows of goroutines that have ended, but for those that rules still ask for:
//   those older than the trace, whose children only a dump may tell of;
//   partners and the nearest ancestors of goroutines that live (kGenerationsKept);
//   of what one go statement started: the first and the last, who was born in the same round of its creator's loop, or
//   just after it, as one of those above, and one that was started by the same call.
// Rows and lineages get new numbers, in the old order.
namespace analysis::deadlock {

void ForgetEnded(Facts& facts);

}  // namespace analysis::deadlock
