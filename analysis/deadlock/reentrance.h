#pragma once

#include "analysis/deadlock/scene.h"

// A server that waits for itself: the goroutine runs a method of a type (a pool's worker, an actor's loop), that runs what
// it was given, and this asks the same type for more and waits for the answer. Where all who serve do so, nobody is left to
// answer.
namespace analysis::deadlock {

// The method that runs what `row` waits in: of the type in whose method it waits, with other code between; 0 if there is
// none.
FunctionId RunsItsOwnClient(const Scene& scene, Row row);

// Those who run what `row` was started with, and its own row; empty unless each of them waits so, as far as a dump does not
// show that it serves another object.
std::vector<Row> StarvedServers(const Scene& scene, Row row);

}  // namespace analysis::deadlock
