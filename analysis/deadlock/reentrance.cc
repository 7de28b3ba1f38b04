#include "analysis/deadlock/reentrance.h"

#include "analysis/deadlock/objects.h"

namespace analysis::deadlock {

using model::StackTrie;

FunctionId RunsItsOwnClient(const Scene& scene, Row row) {
  const Stacks& stacks = scene.stacks();
  const StackId own = stacks.OwnPart(scene.facts().at(row).wait->stack);
  if (own == StackTrie::root()) return FunctionId(0);
  const StringId receiver = stacks.traits(stacks.leaf_function(own)).receiver;
  if (receiver == StringId(0)) return FunctionId(0);
  bool has_client = false;
  for (StackId at = stacks.trie().caller(own); at != StackTrie::root(); at = stacks.trie().caller(at)) {
    const FunctionTraits& traits = stacks.traits(stacks.leaf_function(at));
    if (has_client && traits.receiver == receiver) return stacks.leaf_function(at);
    has_client |= !traits.is_standard && traits.receiver != receiver;
  }
  return FunctionId(0);
}

std::vector<Row> StarvedServers(const Scene& scene, Row row) {
  if (RunsItsOwnClient(scene, row) == FunctionId(0)) return {};
  std::vector<Row> servers;
  for (Row other : scene.WithStart(scene.facts().at(row).start)) {
    if (SharedReceiver(scene.facts(), row, other) == Hand::kOther) continue;
    if (!scene.IsWaiting(other) || RunsItsOwnClient(scene, other) == FunctionId(0)) return {};
    servers.push_back(other);
  }
  return servers;
}

}  // namespace analysis::deadlock
