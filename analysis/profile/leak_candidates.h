#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/profile/diff.h"
#include "model/report.h"

// Where memory that was allocated between two heap profiles of one process is still in use: how a leak looks from outside. A
// cache that was still filling looks the same, so these are candidates, with what speaks for each.
namespace analysis {

struct LeakCandidate {
  std::string function;           // that allocated
  int64_t bytes = 0;              // more in use than before
  int64_t objects = 0;            // the same, counted
  int64_t allocated = 0;          // bytes allocated there in between; 0 = not known (another process, counters started anew)
  std::vector<std::string> path;  // the callers through which most of it came, root first

  // Share of what was allocated that was kept.
  std::optional<double> kept() const;
};

// The same profiles compared by inuse_space, inuse_objects and alloc_space. Largest first. Functions that grew by less than
// the settings' share of the total, within noise, or that freed most of what they took, are none.
std::vector<LeakCandidate> LeakCandidates(const Diff& space, const Diff& objects, const Diff& allocated);

model::Table LeakTable(const std::vector<LeakCandidate>& candidates);

}  // namespace analysis
