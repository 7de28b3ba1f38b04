#pragma once

#include <string>

#include "analysis/profile/symbol_names.h"

namespace cli {

// What pprof's -symbolize says of names: "demangle=full", "none", "force:demangle=templates". That binaries are to be looked
// into, locally or elsewhere, is accepted and not done. UsageError where pprof would not understand it either.
analysis::Naming NamingAsked(const std::string& symbolize);

}  // namespace cli
