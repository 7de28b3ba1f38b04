#pragma once

#include <string>

#include "model/profile.h"

// Which samples, and which frames of them, a report is about. Meaning and order as pprof has them, traps included:
// docs/formats/pprof.md, "Filters". Empty = not asked for.
namespace analysis {

struct FilterOptions {
  std::string focus, ignore, hide, show, show_from, prune_from;  // RE2, unanchored
  std::string tag_focus, tag_ignore, tag_show, tag_hide;
  bool must_match = true;  // a filter that matches nothing is an error
};

// Applies them to the profile. Throws UsageError for an expression that can't be read and for a filter that matches nothing.
void Filter(model::Profile& profile, const FilterOptions& options);

}  // namespace analysis
