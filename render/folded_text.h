#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/profile.h"

// A profile as folded stacks, the text that FlameGraph's programs and we read: a line per distinct stack of names, the root
// first, with one of its values. Lines are sorted by the names of their frames, a caller before what it calls. Stacks that
// add up to zero are left out.
namespace render {

struct FoldedOptions {
  size_t value = 0;           // index of the value type
  bool mark_kernel = false;   // put "_[k]" behind kernel functions, as the collapsers do when asked to
  bool mark_jit = false;      // "_[j]" behind functions compiled at run time
  bool mark_inlined = false;  // "_[i]" behind inlined functions
  bool addresses = false;     // "[libc.so.6 <8494d>]" for frames without a symbol
};

// Gives the text out piece by piece, so that it need never be in memory as a whole.
void WriteFolded(const model::Profile& profile, const FoldedOptions& options,
                 const std::function<void(std::string_view)>& write);

std::string FoldedText(const model::Profile& profile, const FoldedOptions& options);

}  // namespace render
