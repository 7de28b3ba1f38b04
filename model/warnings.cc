#include "model/warnings.h"

#include <algorithm>

namespace model {

Warnings::Kind& Warnings::Find(std::string_view name) {
  const auto at = std::ranges::find(kinds_, name, &Kind::name);
  if (at != kinds_.end()) return *at;
  kinds_.push_back({.name = std::string(name)});
  return kinds_.back();
}

void Warnings::Add(std::string_view kind, std::string_view example) {
  Kind& row = Find(kind);
  ++row.count;
  if (row.examples.size() < kExamplesKept) row.examples.emplace_back(example);
}

void Warnings::Absorb(const Warnings& other) {
  for (const Kind& theirs : other.kinds_) {
    Kind& ours = Find(theirs.name);
    ours.count += theirs.count;
    for (const std::string& example : theirs.examples) {
      if (ours.examples.size() < kExamplesKept) ours.examples.push_back(example);
    }
  }
}

}  // namespace model
