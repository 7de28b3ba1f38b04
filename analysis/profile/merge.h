#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "model/profile.h"
#include "model/text_hash.h"

// Several profiles as one. Samples of equal stacks and labels are added up; locations are equal when they are at the same
// place of the same mapping, wherever it was loaded, with the same lines. Only sample types that all profiles have stay, in
// the first one's order, in the finest unit. Samples whose values are all zero go. Rules: pprof's, docs/formats/pprof.md,
// "Merging".
namespace analysis {

// A profile to be added to others, and by LocationId what its locations are known by there.
struct Addend {
  model::Profile profile;
  std::vector<model::TextHash> fingerprints;
};

// Adds profiles up one by one, so that no more than the sum and one of them need to be in memory.
class Merging {
 public:
  Merging();
  Merging(Merging&&) noexcept;
  Merging& operator=(Merging&&) noexcept;
  ~Merging();

  // What can be done without the others: on any thread.
  Addend Prepared(model::Profile profile) const;
  void Add(Addend source);  // prepared by this one; throws UsageError for one that can't be added to those before it
  // At least one must have been added; one alone is given back as it is.
  model::Profile Finish() &&;

 private:
  class Sum;
  model::TextHasher hash_;
  std::optional<Addend> only_;
  std::unique_ptr<Sum> sum_;
};

// `sources` must not be empty.
model::Profile Merge(std::vector<model::Profile> sources);

enum class Subtraction {
  kBase,      // equal samples cancel; percentages are of what is left
  kDiffBase,  // the base's samples are marked and stay; percentages are of the base
};
enum class Normalize { kNo, kYes };  // kYes: `source` is scaled first, so that its sum equals the base's, type by type

model::Profile Subtract(model::Profile source, model::Profile base, Subtraction how, Normalize normalize);

}  // namespace analysis
