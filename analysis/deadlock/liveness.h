#pragma once

#include <string>
#include <vector>

#include "analysis/deadlock/scene.h"

// Which waiting goroutines still have somebody who could end their wait. Innocence is presumed: a wait is only called
// hopeless when no rule finds anybody. A hope rests on a goroutine and is never stronger than that goroutine's own, so hopes
// are raised to a fixed point: those who can run first, then those they can help, and so on. Who is left has no hope, or
// only hopes that rest on each other.
namespace analysis::deadlock {

enum class Hope : uint8_t { kNone, kPerhaps, kLikely };

// Which rule gave a hope; the reader's sentence is in Explain().
enum class HopeRule : uint8_t {
  kNone,
  kRuns,     // it is not waiting for another goroutine at all
  kMovedOn,  // a dump taken later shows it elsewhere
  kTimer,
  kParkedByDesign,  // a library's goroutine, or main
  kOutside,         // a peer, a child process, a signal
  kHasResource,
  kKeeps,  // seen to get one of what is wanted, and not to give it back
  kLockMoves,
  kHolderOnStack,
  kHolderOfType,
  kUnlockerRuns,
  kRelative,
  kHolderInFile,
  kPartner,
  kMakesPartners,
  kWakesThisSite,
  kMakesWakers,
  kWokeBirth,
  kSibling,
  kChild,
  kIdleWorkers,  // of a WaitGroup: they may be idle
  kLongTask,
  kCreatorStillThere,
  kMethodOfType,
  kMethodWoke,
  kCounterpart,
};

// What is known of those who would have to end a wait, where none of them can.
enum class Lack : uint8_t {
  kUnknown,      // who they are, is not known
  kWakersStuck,  // they are there, and stuck themselves
  kWakersGone,   // they have ended, or gone on to something else
};

struct HopeFound {
  Hope hope = Hope::kNone;
  HopeRule rule = HopeRule::kNone;
  Row who = kNobody;    // on whom it rests
  FunctionId function;  // the function or method the rule is about
  Lack lack = Lack::kUnknown;
  bool is_powerless = false;  // innocent, but it will never do anything again
};

// Collects what the rules find for one waiting goroutine, keeping the best.
class Hopes {
 public:
  Hopes(const std::vector<HopeFound>& found) : found_(found) {}
  void Offer(Hope strength, HopeRule rule, Row who, FunctionId function = {});
  void SetLimit(Hope limit) { limit_ = limit; }  // what an offer is worth at most, from here on
  void Lacks(Lack lack) { best_.lack = lack; }
  bool is_settled() const { return best_.hope == Hope::kLikely; }
  // What a goroutine's own hope is worth to others. Main in `select{}` is no bug, but no help to anybody either.
  Hope HopeOf(Row row) const { return found_[row].is_powerless ? Hope::kNone : found_[row].hope; }
  const HopeFound& best() const { return best_; }

 private:
  const std::vector<HopeFound>& found_;
  Hope limit_ = Hope::kLikely;
  HopeFound best_;
};

// For rules: first goroutine of a group or lineage that has hope itself.
class Lively {
 public:
  explicit Lively(const Scene& scene);
  void Raise(Row row, Hope before);
  // Calls look(row) for members with hope until it returns true.
  template <class Look>
  bool AnyInGroup(GroupRow group, const std::vector<HopeFound>& found, Look look) const {
    if (in_group_[group] == 0) return false;
    for (Row row : scene_.groups()[group].members) {
      if (found[row].hope != Hope::kNone && look(row)) return true;
    }
    return false;
  }
  bool HasInLine(LineRow line) const { return in_line_[line] != 0; }

 private:
  const Scene& scene_;
  std::vector<uint32_t> in_group_;
  std::vector<uint32_t> in_line_;
};

// What a rule sees.
struct Question {
  const Scene& scene;
  const std::vector<HopeFound>& found;
  const Lively& lively;
  Row row;  // who waits
  const Goroutine& goroutine;
  const OpenWait& wait;
  const Site& site;
  const Post& post;
  const KnownWait* known;  // nullptr if nothing is
  FunctionId leaf;         // the function it waits in
  bool is_overtaken;       // its queue is served, but not for it: it waits on another object than those who were served
  bool is_left_behind;     // IsLeftBehind()
  bool is_mid_work;        // Scene::IsMidWork
  bool is_family_matter;   // such waits were ended by the waiter's own kin only
};

bool IsOvertaken(const Scene& scene, Row row);
// Its population grows: kGrowing or more wait here whom one creator made, over a good part of the trace.
bool IsGrowing(const Scene& scene, SiteRow site, Row creator);
// How far the creator still is inside the calls that made the goroutine.
struct Activation {
  int frames = 0;             // of the program, that are on its stack now as they were at the go statement
  bool is_innermost = false;  // the function with the go statement is among them
  // So is all that the program wrote: a go statement may be in a library's function, which has returned.
  bool is_own_innermost = false;
};
Activation ActivationOf(const Scene& scene, Row row);
// The call in which it was started has returned for certain: its creator was seen elsewhere before it came here again.
bool HasCallReturned(const Facts& facts, const Goroutine& goroutine);
// Its creator was its partner at this line (or a twin's), but only from within the function that started it, and that call
// has returned.
bool IsLeftBehind(const Scene& scene, Row row);
bool HasDeadChildren(const Scene& scene, Row row);
// At `waking_stack` somebody did what ends a wait of this kind: a receive for a send, a Done for a wait group.
bool IsCounterpart(const Scene& scene, WaitKind kind, StackId waking_stack);
// It was seen to receive, or to wait for something to receive.
bool HasReceived(const Scene& scene, Row row);

// It was inside the methods of this type already while the waiter went through a whole round of its own, what it waits for
// now and all: what goes on in there does not keep that from round to round.
bool IsInAnOldLoop(const Question& question, Row who, StringId receiver);  // hopes_for_locks.cc

// Weak: somebody alive is inside the file of the function that takes a lock, or something else that has holders.
void HolderInFile(const Question& question, FunctionId taker, Hopes& hopes);  // hopes_for_locks.cc

void HopesForLock(const Question& question, Hopes& hopes);  // hopes_for_locks.cc
// Somebody who does not wait for another goroutine has been inside one call of the lock's functions, or of a method of its
// type, since before this wait for a lock began: however long it takes, he may simply have it.
bool MayBeHeldAllAlong(const Scene& scene, const std::vector<HopeFound>& hopes, Row row);  // hopes_for_locks.cc
void HopesForResource(const Question& question, Hopes& hopes);  // hopes_for_resources.cc: known never to be idle
void HopesForChannel(const Question& question, Hopes& hopes);   // hopes_for_channels.cc: channels, conds, wait groups

// One entry for each goroutine row; Hope::kLikely for those that do not wait. `without`: goroutines taken to be stuck,
// whatever speaks for them (by row; empty = nobody). Who loses hope then hangs on them alone.
std::vector<HopeFound> FindHopes(const Scene& scene, const std::vector<bool>& without = {});
std::string Explain(const Scene& scene, const HopeFound& hope);

}  // namespace analysis::deadlock
