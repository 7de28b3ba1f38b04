#pragma once

#include "analysis/deadlock/deadlock.h"
#include "model/wait_graph.h"

// What Analyse found, to be drawn: everybody who is stuck or suspected, what they wait for, and who has it. Goroutines that
// are stuck in the same way are one box, and of rings that are alike one is drawn, so that a thousand of them are as
// readable as one.
namespace analysis::deadlock {

model::WaitGraph MakeWaitGraph(const Result& result, const std::string& title);

}  // namespace analysis::deadlock
