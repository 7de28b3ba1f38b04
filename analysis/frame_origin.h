#pragma once

#include <string_view>

#include "model/frame_tree.h"

// Whose code a frame is, told by what Go's tools write into symbols: import paths in function names, module versions and
// vendor folders in file names. What has no Go name is native or the kernel's.
namespace analysis {

struct CodePlace {
  std::string_view function;  // "net/http.(*conn).serve"
  std::string_view file;      // may be empty
  std::string_view mapping;   // file of the binary, "[kernel.kallsyms]"; may be empty
};

// `application` is the import path of the user's module ("github.com/acme/shop"); it matters where there are no file names,
// and empty is fine.
model::FrameOrigin OriginOf(const CodePlace& place, std::string_view application);

// "net/http" of "net/http.(*conn).serve"; empty for names that are not Go's.
std::string_view GoPackage(std::string_view function);

}  // namespace analysis
