#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/goroutine_dump.h"
#include "proto/byte_source.h"

// Goroutine dumps as Go prints them: pprof's goroutine profile at debug=2, SIGQUIT, panics and fatal errors at any
// GOTRACEBACK level, alone or inside a log, where each line may begin with what a collector put there. Grammar, and what
// tells one dump from the next: docs/formats/goroutine-dump.md.
namespace proto {

// Is a goroutine's header among the lines of `head`?
bool LooksLikeDump(std::string_view head);

// All dumps of the input in order, at least one; InputError where there is none. Text that is not of a dump is passed over;
// lines inside a goroutine that can't be read are counted in the dump's warnings. The stacks of a million goroutines that
// wait at one place are one stack.
std::vector<model::GoroutineDump> ReadGoroutineDumps(const std::string& name, ByteSource& source);

}  // namespace proto
