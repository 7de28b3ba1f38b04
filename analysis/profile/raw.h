#pragma once

#include "analysis/profile/text_sink.h"
#include "analysis/profile/view.h"

namespace analysis {

// The profile's tables as they are, with the numbers of the file: `go tool pprof -raw`.
void Raw(const View& view, const TextSink& sink);

}  // namespace analysis
