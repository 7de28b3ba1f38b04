#pragma once

#include "analysis/profile/text_sink.h"
#include "analysis/profile/view.h"

namespace analysis {

// Every sample with its labels, its value and its stack: `go tool pprof -traces`. Written as it is made; a location is spelt
// out once.
void Traces(View& view, const TextSink& sink);

}  // namespace analysis
