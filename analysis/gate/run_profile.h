#pragma once

#include "analysis/gate/run_table.h"
#include "model/profile.h"

namespace analysis {

// A run as a profile again: stacks of function names, with the files they are in, without addresses and lines.
model::Profile ProfileOf(const RunTable& table, size_t run);

}  // namespace analysis
