#pragma once

#include "analysis/deadlock/stacks.h"

// What is known of the standard library's and well-known packages' own goroutines.
namespace analysis::deadlock {

// A goroutine that a library starts to wait for work, for a peer or for the end of the process: idle is its normal state.
bool ParksByDesign(const Stacks& stacks, FunctionId start, StackId waits_at);

}  // namespace analysis::deadlock
