#include "analysis/deadlock/kinship.h"

#include <algorithm>

#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

bool IsMain(const Goroutine& goroutine) { return goroutine.id == 1; }

// In order of birth; of those older than the trace, ids tell.
std::pair<Time, GoroutineId> BirthOf(const Facts& facts, Row row) { return {facts.at(row).born, facts.at(row).id}; }

// Born in turns: A B A B, not A A B B. `members` of both lines at `round` belong together if each was born before the
// other line went on. One that was forgotten when the other line came to its round had gone on long before.
bool BornInTurns(const Facts& facts, const Lineage& a, const Lineage& b, uint32_t round) {
  const Row of_a = facts.Member(a, round);
  const Row of_b = facts.Member(b, round);
  if (of_a == kNobody || of_b == kNobody) return false;
  const auto before_next = [&](Row row, const Lineage& other) {
    const Row next = facts.Member(other, round + 1);
    return round + 1 >= other.born || (next != kNobody && BirthOf(facts, row) <= BirthOf(facts, next));
  };
  return before_next(of_b, a) && before_next(of_a, b);
}

bool IsSameRound(const Facts& facts, const Goroutine& a, const Goroutine& b) {
  if (a.line == kNoLine || b.line == kNoLine || a.line == b.line) return false;
  if (a.creator != b.creator || a.round != b.round) return false;
  const Lineage& line_a = facts.lines[a.line];
  const Lineage& line_b = facts.lines[b.line];
  if (line_a.born < 2 && line_b.born < 2) return false;
  return BornInTurns(facts, line_a, line_b, a.round);
}

size_t Children(const Facts& facts, Row row) {
  size_t count = 0;
  for (LineRow line : facts.at(row).lines) count += facts.lines[line].born;
  return count;
}

// The goroutine itself and its ancestors, nearest first.
struct Ancestry {
  Row rows[kNearGenerations + 1];
  int count = 0;
};

Ancestry AncestryOf(const Facts& facts, Row row) {
  Ancestry ancestry;
  for (; row != kNobody && ancestry.count <= kNearGenerations; row = facts.at(row).creator)
    ancestry.rows[ancestry.count++] = row;
  return ancestry;
}

template <class SameRound>
bool Near(const Facts& facts, Row a, Row b, SameRound same_round) {
  const Ancestry of_a = AncestryOf(facts, a);
  const Ancestry of_b = AncestryOf(facts, b);
  for (int i = 0; i < of_a.count; ++i) {
    for (int j = 0; j < of_b.count; ++j) {
      const Row x = of_a.rows[i];
      const Row y = of_b.rows[j];
      if (x != y && same_round(x, y)) return true;
      if (x != y) continue;
      if (i == 0 || j == 0) return true;  // one descends from the other
      if (!IsMain(facts.at(x)) && Children(facts, x) <= kSmallHousehold) return true;
    }
  }
  return false;
}

}  // namespace

Kin KinOf(const Facts& facts, Row waiter, Row waker) {
  if (waiter == waker) return Kin::kSelf;
  const Goroutine& a = facts.at(waiter);
  const Goroutine& b = facts.at(waker);
  if (a.creator == waker) return Kin::kCreator;
  if (b.creator == waiter) return Kin::kChild;
  if (IsSameRound(facts, a, b)) return Kin::kSameRound;
  const auto same_round = [&](Row x, Row y) { return IsSameRound(facts, facts.at(x), facts.at(y)); };
  return Near(facts, waiter, waker, same_round) ? Kin::kNear : Kin::kStranger;
}

Kinship::Kinship(const Facts& facts) : facts_(facts), round_(facts.goroutines.size(), kNoRound) {
  for (Row row = 0; row < facts.goroutines.size(); ++row) {
    if (!facts.at(row).lines.empty()) AssignRounds(row);
  }
}

// A go statement that ran once belongs to every round. Of those that ran equally often, one that was through before another
// began made a pool: its members belong to every round as well. The rest are loops; the i-th birth is of round i.
void Kinship::AssignRounds(Row creator) {
  const auto& lines = facts_.at(creator).lines;
  const auto first = [&](const Lineage& line) { return BirthOf(facts_, line.members.front()); };
  const auto last = [&](const Lineage& line) { return BirthOf(facts_, line.members.back()); };
  for (LineRow row : lines) {
    const Lineage& line = facts_.lines[row];
    const bool is_pool = std::ranges::any_of(lines, [&](LineRow other_row) {
      const Lineage& other = facts_.lines[other_row];
      return other_row != row && other.born == line.born && (last(line) < first(other) || last(other) < first(line));
    });
    const bool is_loop = line.born > 1 && !is_pool;
    for (Row member : line.members) round_[member] = is_loop ? facts_.at(member).round : kEveryRound;
  }
}

bool Kinship::IsInStep(LineRow a, LineRow b, uint32_t round) const {
  return BornInTurns(facts_, facts_.lines[a], facts_.lines[b], round);
}

bool Kinship::MayBeOneInstance(Row a, Row b) const {
  Row x = a;
  for (int i = 0; i < kInstanceGenerations && x != kNobody; ++i, x = facts_.at(x).creator) {
    if (!IsInLoop(x)) continue;
    Row y = b;
    for (int j = 0; j < kInstanceGenerations && y != kNobody; ++j, y = facts_.at(y).creator) {
      if (IsInLoop(y) && facts_.at(x).creator == facts_.at(y).creator && round_[x] != round_[y]) return false;
    }
  }
  return true;
}

bool Kinship::IsNear(Row a, Row b) const {
  return Near(facts_, a, b, [&](Row x, Row y) {
    return facts_.at(x).creator == facts_.at(y).creator && IsInLoop(x) && round_[x] == round_[y];
  });
}

std::vector<uint64_t> Kinship::FamiliesOf(Row row) const {
  const auto household = [](Row of) { return uint64_t{of} << 1; };
  // A round is named by its first member: no two rounds share one.
  const auto loop_round = [&](Row of) { return (uint64_t{facts_.at(of).creator} << 33) | (uint64_t{round_[of]} << 1) | 1; };
  std::vector<uint64_t> families = {household(row)};
  for (int i = 0; i < kFamilyGenerations; ++i) {
    const Row creator = facts_.at(row).creator;
    if (creator == kNobody) break;
    if (IsInLoop(row)) {
      families.push_back(loop_round(row));
      if (ChildCount(creator) > kFactory) break;
    }
    families.push_back(household(creator));
    row = creator;
  }
  return families;
}

size_t Kinship::ChildCount(Row row) const { return Children(facts_, row); }

}  // namespace analysis::deadlock
