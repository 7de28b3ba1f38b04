#include "analysis/snapshot/snapshot_change.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "analysis/profile/function_match.h"

namespace analysis {
namespace {

// Stable names of the program's frames, leaf first.
std::vector<std::string> ProgramFunctions(const SnapshotRow& row) {
  std::vector<std::string> names;
  size_t first = LibraryFrames(row);
  if (first == row.frames.size()) first = 0;
  for (size_t i = first; i < row.frames.size(); ++i) names.push_back(StableName(row.frames[i].function));
  // The compiler's wrapper around the call of a go statement: shown by crashes and profiles, not by debug=2.
  std::erase_if(names, [](const std::string& name) {
    return name.ends_with(".gowrap") || name.find("\u00b7dwrap\u00b7") != std::string::npos;
  });
  // A profile shows how a goroutine was entered, a dump does not.
  while (!names.empty() && (names.back() == "runtime.goexit" || names.back() == "runtime.main")) names.pop_back();
  return names;
}

// States that say the same for a stack: what a goroutine does while it is not parked changes from moment to moment.
std::string StateKey(const std::string& state) {
  return state == "runnable" || state == "running" || state == "syscall" ? "active" : state;
}

// What both moments know, and in the same words.
struct Details {
  bool state = false;
  bool creator = false;
};

Details InCommon(const Snapshot& before, const Snapshot& after) {
  const bool both = before.has_goroutines_of_their_own && after.has_goroutines_of_their_own;
  return {.state = both && before.is_of_trace == after.is_of_trace,
          .creator = both && !before.is_of_trace && !after.is_of_trace};
}

std::string PlaceKey(const SnapshotRow& row, Details details) {
  std::string key;
  for (const std::string& name : ProgramFunctions(row)) key += name + "\n";
  if (details.state) key += "\n" + StateKey(row.state);
  if (details.creator) key += "\n" + (row.created_by ? StableName(row.created_by->function) : "");
  return key;
}

using RowOfGoroutine = std::unordered_map<model::GoroutineId, const SnapshotRow*>;

RowOfGoroutine IndexById(const Snapshot& snapshot) {
  RowOfGoroutine index;
  for (const SnapshotRow& row : snapshot.rows) {
    for (const model::GoroutineId id : row.ids) index.emplace(id, &row);
  }
  return index;
}

// A goroutine's creator never changes, so one that has another creator is another goroutine of another process. A trace does
// not know all creators. Goroutine 1 is in every process.
bool IsOneProcess(const RowOfGoroutine& before, const RowOfGoroutine& after) {
  bool any = false;
  for (const auto& [id, row] : before) {
    const auto found = after.find(id);
    if (id == 1 || found == after.end()) continue;
    const auto &then = row->created_by, &now = found->second->created_by;
    if (then && now && !(*then == *now)) return false;
    any = true;
  }
  return any;
}

// The later stack begins, from the root, with the whole earlier one. A stack that is not known is no beginning.
bool IsDeepened(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  return !before.empty() && after.size() > before.size() && std::equal(before.rbegin(), before.rend(), after.rbegin());
}

SnapshotFrame ProgramLeaf(const SnapshotRow& row) {
  const size_t library = LibraryFrames(row);
  return row.frames.empty() ? SnapshotFrame{} : row.frames[library < row.frames.size() ? library : 0];
}

PlaceStatus StatusOf(const PlaceChange& place) {
  if (place.before == 0) return PlaceStatus::kAppeared;
  if (place.after == 0) return PlaceStatus::kGone;
  return place.after == place.before  ? PlaceStatus::kSame
         : place.after > place.before ? PlaceStatus::kGrown
                                      : PlaceStatus::kShrunk;
}

class Comparison {
 public:
  Comparison(const Snapshot& before, const Snapshot& after)
      : before_(before),
        after_(after),
        has_ids_(before.has_goroutines_of_their_own && after.has_goroutines_of_their_own),
        details_(InCommon(before, after)) {}

  SnapshotChange Compare() {
    change_.before = before_.goroutines;
    change_.after = after_.goroutines;
    for (const SnapshotRow& row : before_.rows) Place(row).before += row.count;
    for (const SnapshotRow& row : after_.rows) {
      PlaceChange& place = Place(row);
      if (place.after == 0) place.example = row;
      place.after += row.count;
      change_.leaked_after += row.leaked;
    }
    if (has_ids_) FollowGoroutines();
    Sort();
    return std::move(change_);
  }

 private:
  PlaceChange& Place(const SnapshotRow& row) {
    const auto [at, is_new] = place_of_.emplace(PlaceKey(row, details_), change_.places.size());
    if (is_new) change_.places.push_back({.example = row});
    return change_.places[at->second];
  }

  void FollowGoroutines() {
    const RowOfGoroutine before = IndexById(before_), after = IndexById(after_);
    change_.is_one_process = IsOneProcess(before, after);
    if (!change_.is_one_process) return;
    for (PlaceChange& place : change_.places) place.stuck = 0;
    for (const auto& [id, row] : before) {
      const auto found = after.find(id);
      if (found == after.end()) {
        ++change_.went;
      } else {
        Follow(id, *row, *found->second);
      }
    }
    change_.came = change_.after - (change_.before - change_.went);
    std::ranges::sort(change_.deepened, {}, &DeepenedStack::goroutine);
  }

  void Follow(model::GoroutineId id, const SnapshotRow& before, const SnapshotRow& after) {
    if (PlaceKey(before, details_) == PlaceKey(after, details_)) {
      ++change_.stuck;
      ++*Place(after).stuck;
      return;
    }
    if (IsDeepened(ProgramFunctions(before), ProgramFunctions(after))) {
      change_.deepened.push_back({id, before.frames.size(), after.frames.size(), ProgramLeaf(before), ProgramLeaf(after)});
    }
  }

  void Sort() {
    for (PlaceChange& place : change_.places) place.status = StatusOf(place);
    std::ranges::stable_sort(change_.places, [](const PlaceChange& a, const PlaceChange& b) {
      const int64_t size_a = std::abs(a.change()), size_b = std::abs(b.change());
      if (size_a != size_b) return size_a > size_b;
      if (a.after != b.after) return a.after > b.after;
      return FrameText(ProgramLeaf(a.example)) < FrameText(ProgramLeaf(b.example));
    });
  }

  const Snapshot& before_;
  const Snapshot& after_;
  const bool has_ids_;
  const Details details_;
  SnapshotChange change_;
  std::map<std::string, size_t> place_of_;
};

}  // namespace

const char* Name(Growth growth) {
  constexpr std::array<const char*, 4> kNames = {"", "more", "some_left", "nobody_left"};
  return kNames[static_cast<size_t>(growth)];
}

const char* Name(PlaceStatus status) {
  constexpr std::array<const char*, 5> kNames = {"same", "appeared", "gone", "grown", "shrunk"};
  return kNames[static_cast<size_t>(status)];
}

SnapshotChange Compare(const Snapshot& before, const Snapshot& after) { return Comparison(before, after).Compare(); }

bool IsGrowth(const PlaceChange& place, const GrowthLimit& limit) {
  return place.change() >= limit.least && place.after >= 2 * place.before;
}

Growth GrowthOf(const PlaceChange& place, const GrowthLimit& limit) {
  if (!IsGrowth(place, limit)) return Growth::kNone;
  if (!place.stuck || place.before == 0) return Growth::kMore;
  return *place.stuck == place.before ? Growth::kNobodyLeft : Growth::kSomeLeft;
}

}  // namespace analysis
