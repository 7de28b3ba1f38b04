#pragma once

#include <string>

#include "model/event_source.h"
#include "model/report.h"

// What must be said of a trace beside every answer that is drawn from it. For a source read to its end.
namespace analysis {

double LostShare(const model::TraceInfo& info);  // of the file's bytes

// How much of the trace is missing and why, as a sentence; empty for a sound one.
std::string DamageText(const model::TraceInfo& info);

// The stretches of the file that could not be read, with the share that is missing ("damage" in JSON, empty for a sound
// trace), and the reader's warnings.
void AddTraceNotes(model::Report& report, const model::EventSource& source);

}  // namespace analysis
