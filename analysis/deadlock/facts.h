#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "analysis/deadlock/id_ranges.h"
#include "analysis/deadlock/stacks.h"
#include "analysis/deadlock/wait_kind.h"
#include "model/event_source.h"
#include "model/id_map.h"

// What one pass over a trace leaves behind for the question "who is stuck?": a row for each goroutine, a row for each
// place where goroutines wait, and who wakes whom there. Memory grows with the goroutines alive at one time, distinct
// waiting stacks and distinct relations, not with events: a completed wait is counted into its site and forgotten, and so
// are goroutines that have ended (forgetting.h).
namespace analysis::deadlock {

using model::GoroutineId;
using model::Time;

using Row = uint32_t;  // of Facts::goroutines
constexpr Row kNobody = UINT32_MAX;
using SiteRow = uint32_t;  // of Facts::sites
constexpr SiteRow kNowhere = UINT32_MAX;
using PostRow = uint32_t;                // of Facts::posts
using LineRow = uint32_t;                // of Facts::lines
constexpr LineRow kNoLine = UINT32_MAX;  // started by nobody we know, or by the runtime

// A wait that has not ended.
struct OpenWait {
  WaitKind kind = WaitKind::kUnknown;
  StackId raw;            // with the machinery's frames
  StackId stack;          // without
  StackId before;         // where the goroutine was last seen before it, without machinery; root if never
  Time since = 0;         // the begin of the trace if it is older
  bool is_older = false;  // it began before the trace: the reason is read off the frames
  SiteRow site = kNowhere;
  PostRow post = 0;   // where site is
  uint32_t turn = 0;  // how many waits had begun at this site's place, this one counted; 0 if it is older
};

// One line of code where goroutines wait, however they got there.
struct Place {
  uint32_t begun = 0;             // waits begun inside the trace
  uint32_t ended_by_another = 0;  // of any, by a goroutine
  Time longest = 0;               // of those begun and ended inside
};

// What kin of a waiting goroutine somebody is, by the tree of `go` statements. Anything but kStranger belongs to the
// waiter's own family: whoever ends the wait of the next goroutine of this birth is another goroutine, but the same kin.
enum class Kin : uint8_t { kSelf, kCreator, kChild, kSameRound, kNear, kStranger };

// One way in which waits at a site ended.
struct Relation {
  Kin kin = Kin::kStranger;
  FunctionId waker_start;  // the waker's go statement ran this function
  LocationId waker_place;  // where the waker did it: its innermost frame outside the machinery
  auto operator<=>(const Relation&) const = default;
};

// Goroutines of one birth at one line: they do the same thing there, each with its own partners. How such waits ended so
// far says who will have to end the next one.
struct Post {
  WaitKind kind = WaitKind::kUnknown;
  LocationId place;
  FunctionId start;
  uint32_t ended_by_another = 0;
  uint32_t occasions = 0;  // of them, not counting those that came with the one before: a broadcast is one
  Time last_ended = 0;
  uint32_t ended_by_timer = 0;
  Time longest = 0;           // of those begun and ended inside
  Time longest_by_timer = 0;  // of them, those a timer ended
  std::map<Relation, uint32_t> relations;
  // Of those ended by the creator: from within the call that started the waiter, or from elsewhere.
  uint32_t by_creator_inside = 0;
  uint32_t by_creator_outside = 0;
};

// Goroutines with a count each, ascending by row.
class RowCounts {
 public:
  void Add(Row row, uint32_t count) { rows_.push_back({row, count}); }  // rows in order
  bool contains(Row row) const { return std::ranges::binary_search(rows_, row, {}, &std::pair<Row, uint32_t>::first); }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

 private:
  std::vector<std::pair<Row, uint32_t>> rows_;
};

// Everything known about waiting with one kind at one stack.
struct Site {
  WaitKind kind = WaitKind::kUnknown;
  StackId stack;       // user part, never the root
  uint32_t place = 0;  // of Facts::places: kind and leaf
  uint32_t ended = 0;  // waits ended, of those begun inside and before
  Time longest = 0;    // of those begun and ended inside
  uint32_t ended_by_timer = 0;
  uint32_t ended_by_kin = 0;
  uint32_t ended_by_stranger = 0;
  RowCounts living_wakers;  // who ended waits here and has not ended itself
  // Living creators of goroutines that came, ended waits here as strangers, and ended: how many each.
  RowCounts makers_of_wakers;
};

// Goroutines that one goroutine started at one go statement, in order of birth: the rounds of a loop.
struct Lineage {
  Row creator = kNobody;
  StackId create_stack;
  FunctionId start;
  std::vector<Row> members;  // without those forgotten; the first and the last are never
  uint32_t born = 0;         // members there ever were
  uint32_t call = 0;         // of Facts::calls: the function with the go statement, as called from one place
  uint32_t ended = 0;
};

struct Goroutine {
  GoroutineId id = model::kNoGoroutine;
  Row creator = kNobody;
  StackId create_stack;  // the creator's, at the go statement
  FunctionId start;
  Time born = 0;
  bool is_older = false;  // than the trace
  bool has_ended = false;
  Time ended_at = 0;
  model::GoState state = model::GoState::kUndetermined;
  StackId last_stack;  // the latest known, of any event
  Time last_ran = 0;   // 0 = never inside the trace
  LineRow line = kNoLine;
  uint32_t round = 0;      // which of its lineage, counted from the first
  uint32_t call = 0;       // which call of Lineage::call started it; it has returned if Facts::calls counts more
  bool is_proven = false;  // the runtime itself says that it is stuck for good
  std::optional<OpenWait> wait;
  Time last_wait_began = 0;  // of the latest wait that ended; 0 = none ended inside the trace
  // Its latest waits, as places where it was seen: who was elsewhere since a lock was asked for does not hold it.
  static constexpr size_t kSightingsKept = 4;  // a loop that goes round has been outside of what it calls by then
  struct Sighting {
    Time time = INT64_MIN;
    StackId stack;
  };
  std::array<Sighting, kSightingsKept> sightings;
  // Stacks::OutermostCall of its latest wait, and since when all its waits were in that one.
  std::pair<StackId, FunctionId> settled_in;
  Time settled_since = 0;
  uint32_t kinds_waited = 0;  // a bit for each WaitKind it has waited with
  static constexpr uint32_t BitOf(WaitKind kind) { return uint32_t{1} << static_cast<int>(kind); }
  bool HasWaitedToReceive() const { return (kinds_waited & (BitOf(WaitKind::kReceive) | BitOf(WaitKind::kSelect))) != 0; }
  std::vector<LineRow> lines;  // lineages it has begun

  struct Partner {
    LocationId place;
    Row who;
    bool is_inside = false;  // one made the other, and the maker did this from within the call that did
    uint32_t times = 1;
    bool IsLike(const Partner& other) const {
      return place == other.place && who == other.who && is_inside == other.is_inside;
    }
  };
  // Who ended its waits, and at which line it waited (0: the trace does not show it); distinct, the newest kPartnersKept.
  std::vector<Partner> woken_by;
  std::vector<Partner> has_woken;      // whose waits it ended, and at which of its lines; distinct, the newest kPartnersKept
  std::vector<StackId> waking_stacks;  // at which it woke others; distinct, the first kWakingStacksKept
  struct WokeAt {
    SiteRow site;
    bool as_stranger;           // the first time
    uint32_t times = 0;         // waits it ended
    uint32_t makes_wakers = 0;  // goroutines that it started, ended waits as strangers, and ended
  };
  std::vector<WokeAt> woke_at;  // what becomes of it in Site::living_wakers and makers_of_wakers; distinct sites
};

// What a goroutine dump says of one goroutine, beside what went into its Goroutine (dump_join.h).
struct Dumped {
  struct Call {
    FunctionId function;
    std::vector<uint64_t> arguments;  // 0 where the value may be stale
  };
  bool is_known = false;
  bool has_moved = false;   // after the trace's end it stood elsewhere, or was gone: it was not stuck
  int64_t minutes = 0;      // it has waited at least so long; 0 = less than one
  uint64_t object = 0;      // address of what it waits for (lock, channel, wait group); 0 = not known
  std::vector<Call> calls;  // leaf first
};

struct Facts {
  Stacks stacks;
  Time begin = 0;
  Time end = 0;
  uint64_t events = 0;
  std::vector<Goroutine> goroutines;  // in order of first mention
  std::vector<Dumped> dumped;         // by row; empty without a dump
  std::vector<Site> sites;
  std::vector<Place> places;
  std::vector<Post> posts;
  std::vector<Lineage> lines;
  std::vector<uint32_t> calls;  // how often a goroutine was seen to call a function with go statements, from one place
  struct Lives {
    uint32_t ended = 0;
    Time total = 0;  // of those whose birth was seen
  };
  std::map<std::pair<StackId, FunctionId>, Lives> ended_of_birth;  // (create stack, start) -> goroutines that ended
  // Waits for a lock at the first place were ended by the second (a location of an Unlock's caller), and so for channels.
  std::map<std::pair<LocationId, LocationId>, uint32_t> ended_by;
  model::IdMap<Row> row_of;
  IdRanges forgotten;  // goroutines that have ended and are not in `goroutines` any more

  const Goroutine& at(Row row) const { return goroutines[row]; }
  Row RowOf(GoroutineId id) const {  // kNobody if there is none
    const Row* const row = row_of.Find(static_cast<uint64_t>(id));
    return row == nullptr ? kNobody : *row;
  }
  // kNobody if there is none, or it is forgotten. O(log members).
  Row Member(const Lineage& line, uint32_t round) const;
  bool HasMoved(Row row) const { return row < dumped.size() && dumped[row].has_moved; }
  const Post& post_of(Row row) const { return posts[goroutines[row].wait->post]; }
  const Place& place_of(SiteRow site) const { return places[sites[site].place]; }
  LocationId leaf_of(SiteRow site) const { return stacks.leaf(sites[site].stack); }
  // The innermost line that the user wrote; the innermost at all where there is none.
  LocationId own_place_of(SiteRow site) const {
    const StackId own = stacks.OwnPart(sites[site].stack);
    return own == model::StackTrie::root() ? leaf_of(site) : stacks.leaf(own);
  }
  Time duration() const { return end - begin; }
};

// Reads `source` to its end. From `rows_kept` rows on, those of goroutines that have ended are given up as they double.
constexpr size_t kRowsKept = 4096;  // some 2 MB
Facts Gather(model::EventSource& source, size_t rows_kept = kRowsKept);

}  // namespace analysis::deadlock
