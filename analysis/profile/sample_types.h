#pragma once

#include <span>
#include <string>

#include "model/profile.h"

// What the values of a profile's samples are, where two profiles are to be added up.
namespace analysis {

// "cpu/nanoseconds, samples/count"
std::string TypesText(const model::Profile& profile);

// Leaves the types that both have, in the order of `a`, in the finer of both units. UsageError where the profiles have none
// in common, or don't measure the same.
void AgreeOnTypes(model::Profile& a, model::Profile& b);

// Each value times the ratio of its type, rounded. Samples that become zero in all values go.
void Scale(model::Profile& profile, std::span<const double> ratios);

}  // namespace analysis
