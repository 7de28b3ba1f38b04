#pragma once

#include <string>

// Names as linkers know them, as people read them: C++ ("_ZN2ns1fIiEEvT_", the Itanium ABI) and Rust (legacy "_ZN..17h..E"
// and v0 "_R.."). Written as pprof writes them, which is how GNU's tools do.
namespace analysis {

enum class NameParts {
  kPlain,      // ns::f         pprof's default: without arguments of functions and templates
  kTemplates,  // ns::f<int>    ... with those of templates
  kFull,       // void ns::f<int>(int)
};

// `linker_name` itself where it is none of these, or where its long form would have more than 64 kB: the form can be
// exponentially longer than the name.
std::string Demangled(const std::string& linker_name, NameParts parts);

}  // namespace analysis
