#pragma once

#include <string>

#include "model/wait_graph.h"

// Who waits for whom in Graphviz' language, for those who want to lay it out or work on it themselves: `dot -Tsvg`.
namespace render {

std::string WaitGraphDot(const model::WaitGraph& graph);

}  // namespace render
