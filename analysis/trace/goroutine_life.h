#pragma once

#include <cstdint>
#include <vector>

#include "analysis/trace/meanwhile.h"
#include "analysis/trace/state_spans.h"
#include "model/event_source.h"
#include "model/report.h"

// One goroutine from its birth to its end: every state with what put it there, and its regions, tasks and logs on the way.
// For each wait also what its proc and its thread did meanwhile. Memory grows with what happened to this one goroutine.
namespace analysis {

struct GoroutineLife {
  model::GoroutineId goroutine = model::kNoGoroutine;
  bool is_found = false;
  GoroutineOrigin origin;
  std::vector<StateSpan> spans;      // in order, tiling [origin.first_seen, end]
  std::vector<Meanwhile> meanwhile;  // by span: what its proc and its thread did; empty while it ran itself
  std::vector<model::Event> notes;   // region, task and log events, in order
  model::Time trace_begin = 0;
  model::Time trace_end = 0;
};

GoroutineLife FollowGoroutine(model::EventSource& source, model::GoroutineId goroutine);

model::Report LifeReport(const GoroutineLife& life, const model::EventSource& source, size_t rows_shown);

}  // namespace analysis
