#pragma once

#include "model/event_source.h"
#include "model/report.h"

namespace analysis {

// What every report about a trace must say beside its answer: the stretches of the file that could not be read, with the
// share that is missing ("damage" in JSON, empty for a sound trace), and the reader's warnings. For a source read to its
// end.
void AddTraceNotes(model::Report& report, const model::EventSource& source);

}  // namespace analysis
