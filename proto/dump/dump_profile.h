#pragma once

#include "model/goroutine_dump.h"
#include "model/profile.h"

namespace proto {

// A dump as a goroutine profile: value type goroutine/count, a sample per distinct stack and labels. A label keeps its key;
// the state is the label "state" and the creator's function "creator", so that reports can filter and group by them.
model::Profile ProfileOf(const model::GoroutineDump& dump);

}  // namespace proto
