#pragma once

#include <functional>
#include <string_view>

#include "model/timeline.h"

namespace render {

// A timeline in Chrome's trace event format (an object with "traceEvents"), which ui.perfetto.dev, speedscope and
// chrome://tracing open. Each kind of lane is a process and each lane a thread of it, spans are complete events ("X"),
// arrows flows ("s", "f"), marks instants ("i"), counters "C". Threads are numbered over the whole file, because Perfetto
// knows a thread by its number alone. In pieces, each ending with a line.
void WriteChromeTrace(const model::Timeline& timeline, const std::function<void(std::string_view)>& write);

}  // namespace render
