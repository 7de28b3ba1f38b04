#include "analysis/deadlock/tokens.h"

namespace analysis::deadlock {

std::vector<Keeper> KeepersOf(const Scene& scene, const KnownWait& resource) {
  std::vector<Keeper> keepers;
  if (resource.token.empty()) return keepers;
  for (Row row : scene.present()) {
    const Goroutine& token = scene.facts().at(row);
    if (token.creator == kNobody || !FitsPattern(resource.token, scene.stacks().name(token.start))) continue;
    keepers.push_back({.token = row, .who = token.creator});
  }
  return keepers;
}

}  // namespace analysis::deadlock
