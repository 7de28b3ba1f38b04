#pragma once

#include "analysis/profile/text_sink.h"
#include "analysis/profile/view.h"

namespace analysis {

// For kcachegrind: every address with its cost and the calls it makes, as `go tool pprof -callgrind` writes it.
void Callgrind(View& view, const TextSink& sink);

}  // namespace analysis
