#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "analysis/deadlock/facts.h"
#include "analysis/deadlock/kinship.h"
#include "analysis/deadlock/knowledge.h"
#include "analysis/deadlock/lock_classes.h"

// The moment the trace ends: who is there, where each one stands, who waits for another. Rules ask it by function, by
// receiver type and by file; goroutines that stand at the same stack are one group, so that a thousand of them cost one
// look.
namespace analysis::deadlock {

using GroupRow = uint32_t;

struct Group {
  StackId stack;            // with machinery
  SiteRow site = kNowhere;  // if its members are waiting
  std::vector<Row> members;
};

class Scene {
 public:
  // `knowledge` has to outlive the scene.
  Scene(const Facts& facts, const Knowledge& knowledge);

  const Facts& facts() const { return facts_; }
  const Stacks& stacks() const { return facts_.stacks; }
  const Kinship& kinship() const { return kinship_; }
  const LockClasses& locks() const { return locks_; }

  // Alive goroutines of the program (not the runtime's), ascending by id.
  const std::vector<Row>& present() const { return present_; }
  // Those of them that wait for another goroutine: whoever is stuck is among them.
  const std::vector<Row>& waiting() const { return waiting_; }
  bool IsWaiting(Row row) const { return is_waiting_[row]; }
  bool IsPresent(Row row) const { return group_of_[row] != UINT32_MAX; }

  const std::vector<Group>& groups() const { return groups_; }
  GroupRow group_of(Row row) const { return group_of_[row]; }
  std::span<const GroupRow> WithFunction(FunctionId function) const { return Find(by_function_, function); }
  std::span<const GroupRow> WithReceiver(StringId receiver) const { return Find(by_receiver_, receiver); }
  std::span<const GroupRow> WithFile(StringId file) const { return Find(by_file_, file); }
  // Present goroutines whose go statement ran this function.
  std::span<const Row> WithStart(FunctionId start) const { return Find(by_start_, start); }
  // Goroutines that woke another one from within a method of this type.
  std::span<const Row> WokeFrom(StringId receiver) const { return Find(woke_from_, receiver); }
  // Goroutines that woke another one from a line of this file (and still live).
  std::span<const Row> WokeFromFile(StringId file) const { return Find(woke_from_file_, file); }

  // What is known of the wait a goroutine is in; nullptr if nothing.
  const KnownWait* KnownOf(Row row) const { return known_[row]; }
  bool IsOfOnePackage(FunctionId a, FunctionId b) const;
  // Functions on the stacks of present goroutines whose names have this shape (knowledge.h).
  std::vector<FunctionId> FunctionsLike(std::string_view pattern) const;
  // Functions of the program that were seen to ask for this resource, now or earlier.
  const std::map<FunctionId, int64_t>& UsersOf(const KnownWait* resource) const;  // with the first line seen to
  // Where the program's code has called into the resource's package, for it or with it in hand.
  const std::set<GroupRow>& InsideOf(const KnownWait* resource) const;
  // The first line at which this function was seen to, be it one that goroutines are started with or not.
  std::optional<int64_t> FirstAskIn(const KnownWait* resource, FunctionId function) const;
  // Does it wait in the very function its go statement ran? A loop that serves, at its post.
  bool IsInStartFunction(Row row) const;

  // It was seen outside of this function (or of all methods of this type) after `time`: what it does in there now, it began
  // later.
  bool HasEnteredSince(Row row, FunctionId function, Time time) const;
  bool HasEnteredTypeSince(Row row, StringId receiver, Time time) const;

  // It was seen twice at one place after `time`: it goes round a loop.
  bool GoesRoundSince(Row row, Time time) const;
  // After `time` it was seen twice at one place before it came to where it is now, or came back to a call it had left.
  bool HasMadeRoundSince(Row row, Time time) const;
  // Since when it has been inside all the methods of this type that are on its stack; nothing if that is not known.
  std::optional<Time> HasBeenInTypeSince(Row row, StringId receiver) const;
  // It goes round, and has waited to receive on the way: where it receives there was nothing, and nobody waiting to send.
  bool HasReceivedInRoundsSince(Row row, Time time) const;

  StackId StackOf(Row row) const;
  Time WaitedFor(Row row) const { return facts_.end - facts_.at(row).wait->since; }
  // Waits that began later at the same line and have ended: how often this one was overtaken.
  uint32_t Overtaken(Row row) const { return overtaken_[row]; }
  // With whom it did at this line, in earlier rounds, what it waits for now: who ended such a wait of it, or whose wait it
  // ended from here (a send that found its receiver waiting). Also those that have ended.
  std::vector<Row> PartnersOf(Row row) const;
  // It waits deeper inside a call in whose own frame it, or others of its kind, wait at other times: not where they idle
  // between two pieces of work, but in the middle of one.
  bool IsMidWork(Row row) const;
  // It waits in the very frame in which others of its kind idle: it is a server at its post.
  bool IsAtPost(Row row) const;
  // Waiting goroutines at one site.
  std::span<const Row> WaitingAt(SiteRow site) const { return waiting_at_[site]; }
  bool IsAtSite(GroupRow group, SiteRow site) const { return groups_[group].site == site; }

 private:
  template <class Key, class T>
  static std::span<const T> Find(const std::unordered_map<Key, std::vector<T>>& index, Key key) {
    const auto at = index.find(key);
    return at == index.end() ? std::span<const T>() : std::span<const T>(at->second);
  }
  bool IsOfTheRuntime(const Goroutine& goroutine) const;
  void PutIntoGroup(Row row, std::unordered_map<uint64_t, GroupRow>& known);
  void IndexGroup(GroupRow group);
  void IndexWakes(Row row);
  void CountOvertaken();
  template <class Is>
  bool WasOutside(Row row, Time since, Is is) const;
  void IndexIdleFrames();
  void LookUpWaits(const Knowledge& knowledge);
  void FindInsideOf(const KnownWait& resource, FunctionId asks);

  const Facts& facts_;
  Kinship kinship_;
  LockClasses locks_;
  std::vector<Row> present_;
  std::vector<Row> waiting_;
  std::vector<bool> is_waiting_;
  std::vector<Group> groups_;
  std::vector<GroupRow> group_of_;
  std::vector<uint32_t> overtaken_;
  std::vector<const KnownWait*> known_;
  std::map<const KnownWait*, std::map<FunctionId, int64_t>> users_of_;
  std::map<const KnownWait*, std::set<GroupRow>> inside_of_;
  std::map<const KnownWait*, std::map<FunctionId, int64_t>> asks_in_;  // users_of_, and start functions
  std::set<StackId> receives_;                                         // where somebody has waited to receive
  std::set<std::pair<FunctionId, StackId>> idle_frames_;  // functions, with their callers, in which somebody has idled
  std::vector<std::vector<Row>> waiting_at_;
  std::unordered_map<FunctionId, std::vector<GroupRow>> by_function_;
  std::unordered_map<StringId, std::vector<GroupRow>> by_receiver_;
  std::unordered_map<StringId, std::vector<GroupRow>> by_file_;
  std::unordered_map<FunctionId, std::vector<Row>> by_start_;
  std::unordered_map<StringId, std::vector<Row>> woke_from_;
  std::unordered_map<StringId, std::vector<Row>> woke_from_file_;
};

}  // namespace analysis::deadlock
