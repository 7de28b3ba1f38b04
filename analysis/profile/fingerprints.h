#pragma once

#include <vector>

#include "model/profile.h"
#include "model/text_hash.h"

// What tells locations of different profiles apart, or that they are the same, without a look at their names: a hash of the
// place in its mapping and of the functions and lines there. Two hundred profiles of one program name the same functions
// over and over: to hash them takes 0.2 s, on the threads that read the files; to look them up in a common table took 0.7.
namespace analysis {

// By LocationId. Those of equal locations are equal wherever their mapping was loaded; see MappingKey.
std::vector<model::TextHash> LocationFingerprints(const model::Profile& profile, const model::TextHasher& hash);

// Equal for one program or library wherever and however often it is loaded. Its name is the build id, or the file where
// there is none.
struct MappingKey {
  uint64_t size = 0;  // in whole pages
  uint64_t offset = 0;
  model::StringId name;
  auto operator<=>(const MappingKey&) const = default;
};
MappingKey KeyOf(const model::Mapping& mapping);

}  // namespace analysis
