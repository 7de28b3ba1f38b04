#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/snapshot/goroutine_snapshot.h"
#include "model/report.h"

// What became of the goroutines between two moments: of one process, or of two runs or builds of a program. Places are
// matched by the names of the program's functions without what changes from build to build (type arguments, closure numbers,
// versions, vendor folders), so neither lines nor the runtime's own frames matter, and a dump can be compared with a
// profile.
namespace analysis {

enum class PlaceStatus { kSame, kAppeared, kGone, kGrown, kShrunk };
const char* Name(PlaceStatus status);

struct PlaceChange {
  PlaceStatus status = PlaceStatus::kSame;
  int64_t before = 0;
  int64_t after = 0;
  std::optional<int64_t> stuck;  // so many are the same goroutines as before; only where ids can be compared
  SnapshotRow example;           // of the later moment, or of the earlier where nobody is left
  int64_t change() const { return after - before; }
};

struct DeepenedStack {
  model::GoroutineId goroutine = model::kNoGoroutine;
  size_t frames_before = 0;
  size_t frames_after = 0;
  SnapshotFrame leaf_before, leaf_after;  // of the program
};

struct SnapshotChange {
  int64_t before = 0;
  int64_t after = 0;
  // Both moments are of one process: goroutines have ids, some are in both, and none of those has another creator. Only then
  // the next four are known.
  bool is_one_process = false;
  int64_t came = 0;
  int64_t went = 0;
  int64_t stuck = 0;                    // there before, and still at the same place
  std::vector<DeepenedStack> deepened;  // there before, and now further into what they called; by id
  std::vector<PlaceChange> places;      // largest change first, then the most goroutines, then by name
  int64_t leaked_after = 0;
};

SnapshotChange Compare(const Snapshot& before, const Snapshot& after);

// Growth that is worth stopping a job for: at least so many more at one place, and at least twice as many.
struct GrowthLimit {
  int64_t least = 10;
};
bool IsGrowth(const PlaceChange& place, const GrowthLimit& limit);

// What growth says. One moment can only raise a suspicion; where goroutines keep coming and of those who were there before
// not one has gone on, it is settled.
enum class Growth {
  kNone,
  kMore,        // more of them; whether anybody went on is not known (profiles, other processes), or nobody was there before
  kSomeLeft,    // more, but some of those before went on: slow, or too much work
  kNobodyLeft,  // more, and all of those before are still there: they leak
};
const char* Name(Growth growth);  // "nobody_left"
Growth GrowthOf(const PlaceChange& place, const GrowthLimit& limit);

model::Report ChangeReport(const SnapshotChange& change, const GrowthLimit& limit, size_t rows);

}  // namespace analysis
