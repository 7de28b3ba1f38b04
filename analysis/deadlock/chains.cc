#include "analysis/deadlock/chains.h"

#include <algorithm>
#include <map>

namespace analysis::deadlock {
namespace {

class Finder {
 public:
  explicit Finder(const Result& result) : result_(result), ring_of_(result.facts->goroutines.size(), kNobody) {
    for (uint32_t ring = 0; ring < result.rings.size(); ++ring) {
      for (const Row row : result.rings[ring].members) ring_of_[row] = ring;
    }
  }

  std::vector<ChainRoot> Run() {
    for (const Ring& ring : result_.rings) roots_[ring.members.front()] = {.root = ring.members, .is_ring = true};
    for (const Row row : result_.scene->waiting()) {
      if (ring_of_[row] == kNobody && IsHeldUp(row)) Follow(row);
    }
    std::vector<ChainRoot> found;
    for (auto& [row, root] : roots_) found.push_back(std::move(root));
    std::ranges::stable_sort(found, std::greater(), [](const ChainRoot& root) { return root.behind.size(); });
    return found;
  }

 private:
  // One that idles hangs on nobody.
  bool IsHeldUp(Row row) const {
    return result_.judgements[row].verdict != Verdict::kIdle || result_.judgements[row].is_stalled;
  }

  // Along the surest edge of each goroutine; a circle that is no ring ends where it closes.
  void Follow(Row waiter) {
    std::vector<Row> chain = {waiter};
    while (ring_of_[chain.back()] == kNobody) {
      const Row next = Holder(chain.back());
      if (next == kNobody || std::ranges::find(chain, next) != chain.end()) break;
      chain.push_back(next);
    }
    if (chain.size() == 1) return;
    const Row end = chain.back();
    const bool is_ring = ring_of_[end] != kNobody;
    ChainRoot& root = roots_[is_ring ? result_.rings[ring_of_[end]].members.front() : end];
    if (root.root.empty()) root.root = {end};
    root.behind.push_back(waiter);
    if (chain.size() > root.longest.size()) root.longest = std::move(chain);
  }

  Row Holder(Row waiter) const {
    const WaitEdge* best = nullptr;
    for (const WaitEdge& edge : EdgesOf(result_.edges, waiter)) {
      if (edge.holder != waiter && (best == nullptr || edge.evidence > best->evidence)) best = &edge;
    }
    return best == nullptr ? kNobody : best->holder;
  }

  const Result& result_;
  std::vector<uint32_t> ring_of_;  // row of Result::rings
  std::map<Row, ChainRoot> roots_;
};

}  // namespace

std::vector<ChainRoot> FindChains(const Result& result) { return Finder(result).Run(); }

}  // namespace analysis::deadlock
