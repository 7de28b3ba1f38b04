#pragma once

#include <span>
#include <vector>

#include "model/profile.h"

// Several profiles as one. Samples of equal stacks and labels are added up; locations are equal when they are at the same
// place of the same mapping, wherever it was loaded, with the same lines. Only sample types that all profiles have stay, in
// the first one's order, in the finest unit. Samples whose values are all zero go. Rules: pprof's, docs/formats/pprof.md,
// "Merging".
namespace analysis {

// `sources` must not be empty; one alone is given back as it is. Throws UsageError for profiles that can't be added.
model::Profile Merge(std::vector<model::Profile> sources);

// Each value times the ratio of its type, rounded. Samples that become zero in all values go.
void Scale(model::Profile& profile, std::span<const double> ratios);

enum class Subtraction {
  kBase,      // equal samples cancel; percentages are of what is left
  kDiffBase,  // the base's samples are marked and stay; percentages are of the base
};
enum class Normalize { kNo, kYes };  // kYes: `source` is scaled first, so that its sum equals the base's, type by type

model::Profile Subtract(model::Profile source, model::Profile base, Subtraction how, Normalize normalize);

}  // namespace analysis
