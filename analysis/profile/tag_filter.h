#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/profile/filter.h"
#include "model/profile.h"

// Labels of samples ("tags" on pprof's command line), asked about and taken away. A set of labels is looked at once, however
// many samples have it.
namespace analysis {

// -tagfocus, -tagignore: [key=]value. A value such as 512kb, 1mb:, :4kb or 1kb:64kb is a range for numbers; anything else is
// a comma list of expressions for texts: without a key all must match, each against "key:value"; with one, any against the
// value. By LabelSetId. UsageError for what can't be read.
std::vector<bool> TagMatches(const model::Profile& profile, const std::string& option, const std::string& filter);

// -tagshow, -taghide: labels whose key does not match, or matches, are taken away; samples stay.
void FilterTags(model::Profile& profile, const FilterOptions& options);

// The unit of the numbers under each key: the first that a sample gives, else "bytes" for alignment and request, else the
// key.
std::map<std::string, std::string, std::less<>> NumberUnits(const model::Profile& profile);

}  // namespace analysis
