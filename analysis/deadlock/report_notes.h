#pragma once

#include "analysis/deadlock/deadlock.h"

namespace analysis::deadlock {

// What is to be said of the inputs: how dumps and leak profiles fitted the trace, and whether part of it is missing.
void AddInputNotes(const Result& result, model::Report& report);

// What the table of known waits says of a goroutine's wait, a line each; empty where it says nothing.
std::vector<std::string> KnownLines(const Result& result, Row row);

}  // namespace analysis::deadlock
