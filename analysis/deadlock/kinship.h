#pragma once

#include <string>
#include <vector>

#include "analysis/deadlock/facts.h"

// Who belongs together. A program that handles many requests starts the same few goroutines again and again; a wait in one
// request is ended by a goroutine of the same request. The trace does not say "request", but the tree of go statements and
// the order of births do: the i-th goroutine of one go statement and the i-th of the next one, born in turns, belong to one
// round.
namespace analysis::deadlock {

// By what is known while the trace is being read.
Kin KinOf(const Facts& facts, Row waiter, Row waker);

// By the whole trace.
class Kinship {
 public:
  explicit Kinship(const Facts& facts);

  // Round of the creator's loop that a goroutine was born in; kEveryRound for one that belongs to all of them (its go
  // statement ran once, or made a pool); kNoRound without a known creator.
  static constexpr uint32_t kEveryRound = UINT32_MAX;
  static constexpr uint32_t kNoRound = UINT32_MAX - 1;
  uint32_t round(Row row) const { return round_[row]; }
  bool IsInLoop(Row row) const { return round_[row] < kNoRound; }

  // The i-th of one loop and the i-th of the other were born in turns, so they may belong together.
  bool IsInStep(LineRow a, LineRow b, uint32_t round) const;

  // False when some common ancestor made them (or their ancestors) in different rounds.
  bool MayBeOneInstance(Row a, Row b) const;
  bool IsNear(Row a, Row b) const;  // as Kin::kNear

  // Names of the families a goroutine belongs to, nearest first: two goroutines that share one may be waiting for each
  // other.
  std::vector<uint64_t> FamiliesOf(Row row) const;
  size_t ChildCount(Row row) const;

 private:
  void AssignRounds(Row creator);

  const Facts& facts_;
  std::vector<uint32_t> round_;
};

}  // namespace analysis::deadlock
