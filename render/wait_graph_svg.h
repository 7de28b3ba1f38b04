#pragma once

#include <string>

#include "model/wait_graph.h"

// Who waits for whom as one SVG file that needs nothing else, not even scripts: goroutines are boxes, what they wait for is
// rounded, rings are circles in red. How sure an arrow is shows in its line: solid is proven, dashed inferred, dotted
// guessed. Pointing at a box or an arrow tells all that is known of it. Light and dark.
namespace render {

std::string WaitGraphSvg(const model::WaitGraph& graph);

}  // namespace render
