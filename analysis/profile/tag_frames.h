#pragma once

#include <string>

#include "model/profile.h"

namespace analysis {

// -tagroot and -tagleaf: comma lists of label keys. Each sample gets a frame for each key, named by the sample's values
// under it, in the file of the key's name: the first root key becomes the new root, the last leaf key the new leaf. A sample
// without the label gets a frame without a name, so all stacks grow alike. UsageError where no sample has any of the keys.
void AddTagFrames(model::Profile& profile, const std::string& root_keys, const std::string& leaf_keys,
                  const std::string& unit);

}  // namespace analysis
