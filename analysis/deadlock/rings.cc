#include "analysis/deadlock/rings.h"

#include <algorithm>

#include "analysis/deadlock/thresholds.h"
#include "analysis/scc.h"

namespace analysis::deadlock {
namespace {

bool IsHard(Verdict verdict) { return verdict == Verdict::kDeadlock || verdict == Verdict::kLeak; }

// Receivers that idle beside each other make cycles of guesses; one with another kind of wait, or one whose creation was
// seen, is needed.
bool IsMoreThanIdling(const Scene& scene, const std::vector<Row>& members) {
  return std::ranges::any_of(members, [&](Row row) {
    const Goroutine& goroutine = scene.facts().at(row);
    const WaitKind kind = goroutine.wait->kind;
    const bool may_idle = kind == WaitKind::kReceive || kind == WaitKind::kSelect || kind == WaitKind::kCond;
    return !may_idle || !goroutine.is_older || scene.IsMidWork(row);
  });
}

// Many goroutines that merely wait long at locks are a convoy.
bool IsConvoy(const std::vector<Row>& members, const std::vector<Judgement>& judgements) {
  const bool has_stalled = std::ranges::any_of(members, [&](Row row) { return judgements[row].is_stalled; });
  return has_stalled && members.size() > kStalledRing;
}

bool IsRing(const Scene& scene, const std::vector<Row>& members, const std::vector<Judgement>& judgements) {
  if (members.size() == 1) return !judgements[members[0]].is_stalled;
  return IsMoreThanIdling(scene, members) && !IsConvoy(members, judgements);
}

void PromoteLikeOthers(const Scene& scene, const std::vector<HopeFound>& hopes, std::vector<Judgement>& judgements) {
  std::map<std::pair<SiteRow, FunctionId>, uint64_t> leaks;
  const auto birth = [&](Row row) { return std::pair(scene.facts().at(row).wait->site, scene.facts().at(row).start); };
  for (Row row : scene.waiting()) leaks[birth(row)] += IsHard(judgements[row].verdict);
  for (Row row : scene.waiting()) {
    Judgement& judgement = judgements[row];
    const uint64_t count = leaks[birth(row)];
    if (judgement.verdict != Verdict::kSuspect || hopes[row].hope != Hope::kNone || count < kPeersLeaked) continue;
    judgement.Add({Sign::kLikeOthers, kSignLikeOthers, count});
    judgement.verdict = Verdict::kLeak;
  }
}

void PromoteBehindStuck(const std::vector<WaitEdge>& edges, std::vector<Judgement>& judgements) {
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (const WaitEdge& edge : edges) {
      Judgement& judgement = judgements[edge.waiter];
      if (judgement.verdict != Verdict::kSuspect || edge.waiter == edge.holder || !IsHard(judgements[edge.holder].verdict))
        continue;
      judgement.Add({Sign::kBehindStuck, kSignBehindStuck, 0, edge.holder});
      judgement.verdict = Verdict::kLeak;
      has_changed = true;
    }
  }
}

}  // namespace

std::vector<Ring> FindRings(const Scene& scene, const std::vector<WaitEdge>& edges, std::vector<Judgement>& judgements) {
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  pairs.reserve(edges.size());
  for (const WaitEdge& edge : edges) pairs.push_back({edge.waiter, edge.holder});
  std::vector<Ring> rings;
  for (auto& members : CyclicComponents(scene.facts().goroutines.size(), pairs)) {
    if (!IsRing(scene, members, judgements)) continue;
    for (Row row : members) {
      judgements[row].verdict = Verdict::kDeadlock;
      const double before =
          judgements[row].is_stalled ? std::max(judgements[row].confidence, kSignStalledRing) : judgements[row].confidence;
      judgements[row].confidence = std::min(before + kSignRing, kMostCertain);
    }
    rings.push_back({std::move(members)});
  }
  return rings;
}

void Promote(const Scene& scene, const std::vector<HopeFound>& hopes, const std::vector<WaitEdge>& edges,
             std::vector<Judgement>& judgements) {
  PromoteLikeOthers(scene, hopes, judgements);
  PromoteBehindStuck(edges, judgements);
}

}  // namespace analysis::deadlock
