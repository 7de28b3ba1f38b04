#include "analysis/deadlock/waits_for.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/deadlock/held_locks.h"
#include "analysis/deadlock/known_wakers.h"
#include "analysis/deadlock/objects.h"
#include "analysis/deadlock/reentrance.h"
#include "analysis/deadlock/thresholds.h"
#include "analysis/deadlock/tokens.h"

namespace analysis::deadlock {
namespace {

using model::StackTrie;

class EdgeFinder {
 public:
  EdgeFinder(const Scene& scene, const std::vector<Judgement>& judgements);
  std::vector<WaitEdge> Run();

 private:
  bool MayBeInRing(Row row) const { return judgements_[row].verdict != Verdict::kIdle || judgements_[row].is_stalled; }
  std::vector<Row> Family(Row row) const;
  bool IsInCallThatMade(Row creator, Row row) const;
  std::vector<Row> Candidates(Row row) const;
  void AddUnknownBirths(std::vector<Row>& rows) const;
  void EdgesOfLock(Row row);
  void EdgesToHolders(Row row, const std::vector<Row>& candidates);
  Held WithObject(Row waiter, Row other, Held held) const;
  void EdgesToWriters(Row row, const std::vector<Row>& candidates);
  void EdgesToReaders(Row row, const std::vector<Row>& candidates);
  void EdgesToSiblings(Row row);
  void EdgesToOnlyKin(Row row);
  void EdgesOfChannel(Row row);
  std::set<FunctionId> OtherEnds(LocationId place) const;
  std::vector<Row> WakersByWork(Row row) const;
  bool EdgesToWorkers(Row row);
  void EdgesToResourceHolders(Row row);
  void KeepReceivers(std::vector<Row>& rows) const;
  bool EdgesToThoseWhoRunIt(Row row);
  void EdgesToStarvedServers(Row row);
  void EdgesBySharedFrames(Row row, const std::vector<Row>& candidates);
  bool HasEdge(Row row) const { return !edges_.empty() && edges_.back().waiter == row; }
  void Add(Row waiter, Row holder, Evidence evidence, EdgeRule rule, FunctionId function = {});

  const OpenWait& WaitOf(Row row) const { return *facts_.at(row).wait; }

  const Scene& scene_;
  const Facts& facts_;
  const Stacks& stacks_;
  const std::vector<Judgement>& judgements_;
  std::vector<Row> stuck_;
  std::vector<Row> sample_;  // of them, a few for each site, where all with all would be too many
  std::unordered_map<uint64_t, std::vector<Row>> families_;
  std::vector<WaitEdge> edges_;  // grouped by waiter
};

EdgeFinder::EdgeFinder(const Scene& scene, const std::vector<Judgement>& judgements)
    : scene_(scene), facts_(scene.facts()), stacks_(scene.stacks()), judgements_(judgements) {
  std::map<SiteRow, size_t> of_site;
  for (Row row : scene.waiting()) {
    if (!MayBeInRing(row)) continue;
    stuck_.push_back(row);
    if (of_site[WaitOf(row).site]++ < kPerSite) sample_.push_back(row);
    for (uint64_t family : scene.kinship().FamiliesOf(row)) families_[family].push_back(row);
  }
  if (stuck_.size() <= kFullPairing) sample_ = stuck_;
}

// The function of `row` that is in the middle of what the resource's own code runs; 0 if there is none.
FunctionId RunBy(const Scene& scene, Row row, FunctionId asks) {
  const Stacks& stacks = scene.stacks();
  const StackId own = stacks.OwnPart(scene.facts().at(row).wait->stack);
  bool has_left = false;  // the pool's own code: behind it, the pool runs what asks
  for (StackId at = own; at != StackTrie::root(); at = stacks.trie().caller(at)) {
    const bool is_pool = scene.IsOfOnePackage(stacks.leaf_function(at), asks);
    if (has_left && is_pool) return stacks.leaf_function(at);
    has_left |= !is_pool;
  }
  return FunctionId(0);
}

// The function in which `row` waits, for such a resource or for something else, behind a line that asks for one; 0 if there
// is none. `asks`: the function in which is waited for it.
FunctionId HasAsked(const Scene& scene, Row row, const KnownWait* resource, FunctionId asks) {
  const Stacks& stacks = scene.stacks();
  if (scene.KnownOf(row) == resource) {
    const FunctionId run = RunBy(scene, row, asks);
    if (run != FunctionId(0)) return run;
  }
  for (StackId at = scene.facts().at(row).wait->stack; at != StackTrie::root(); at = stacks.trie().caller(at)) {
    const FunctionId function = stacks.leaf_function(at);
    const auto first = scene.FirstAskIn(resource, function);
    if (first && *first < stacks.line(stacks.leaf(at))) return function;
  }
  return FunctionId(0);
}

FunctionId SharedFunction(const Stacks& stacks, StackId stack, const std::vector<FunctionId>& functions) {
  for (LocationId location : stacks.trie().LeafFirst(stack)) {
    if (std::ranges::find(functions, stacks.function(location)) != functions.end()) return stacks.function(location);
  }
  return FunctionId(0);
}

// It stands at a Lock that `row` has passed on its way: once inside, it will do what `row` does.
bool FollowsIn(const Scene& scene, Row follower, Row row) {
  const model::StackTrie& trie = scene.stacks().trie();
  const OpenWait& wait = *scene.facts().at(follower).wait;
  if (!IsLock(wait.kind)) return false;
  for (StackId at = trie.caller(scene.facts().at(row).wait->stack); at != StackTrie::root(); at = trie.caller(at)) {
    if (scene.stacks().leaf(at) == scene.stacks().leaf(wait.stack)) return true;
  }
  return false;
}

std::vector<WaitEdge> EdgeFinder::Run() {
  for (Row row : stuck_) {
    const WaitKind kind = WaitOf(row).kind;
    if (IsLock(kind)) {
      EdgesOfLock(row);
    } else if (NeverIdles(scene_.KnownOf(row))) {
      EdgesToResourceHolders(row);
    } else if (kind != WaitKind::kForever) {
      EdgesOfChannel(row);
    }
  }
  const auto key = [](const WaitEdge& e) { return std::pair(e.waiter, e.holder); };
  std::ranges::stable_sort(edges_, {}, key);
  const auto repeated = std::ranges::unique(edges_, {}, key);
  edges_.erase(repeated.begin(), repeated.end());
  return std::move(edges_);
}

void EdgeFinder::Add(Row waiter, Row holder, Evidence evidence, EdgeRule rule, FunctionId function) {
  edges_.push_back({.waiter = waiter, .holder = holder, .evidence = evidence, .rule = rule, .function = function});
}

// It is stuck in the very call in which it started `row`: the two belong together, however many others it has started. Where
// both merely queue at locks, that says nothing.
bool EdgeFinder::IsInCallThatMade(Row creator, Row row) const {
  if (creator == kNobody || !scene_.IsWaiting(creator) || !MayBeInRing(creator)) return false;
  const bool are_at_locks = IsLock(WaitOf(creator).kind) && IsLock(WaitOf(row).kind);
  return !are_at_locks && ActivationOf(scene_, row).is_own_innermost;
}

// Stuck kin, nearest family first, each once.
std::vector<Row> EdgeFinder::Family(Row row) const {
  std::vector<Row> rows;
  std::set<Row> known;
  const auto add = [&](Row kin) {
    if (rows.size() < kCandidatesPerWait && known.insert(kin).second) rows.push_back(kin);
  };
  for (uint64_t family : scene_.kinship().FamiliesOf(row)) std::ranges::for_each(families_.at(family), add);
  if (IsInCallThatMade(facts_.at(row).creator, row)) add(facts_.at(row).creator);
  for (LineRow line : facts_.at(row).lines) {
    for (Row child : facts_.lines[line].members) {
      if (scene_.IsWaiting(child) && MayBeInRing(child) && IsInCallThatMade(row, child)) add(child);
    }
  }
  return rows;
}

// Who could be the other end: kin, or anybody where creation is not known.
std::vector<Row> EdgeFinder::Candidates(Row row) const {
  std::vector<Row> rows = Family(row);
  const Goroutine& goroutine = facts_.at(row);
  if (goroutine.creator != kNobody && !(goroutine.is_older && rows.size() <= 1)) return rows;
  const std::set<Row> known(rows.begin(), rows.end());
  for (Row other : sample_) {
    if (!known.contains(other)) rows.push_back(other);
  }
  return rows;
}

// Those older than the trace, of whom nobody knows whose kin they are; main is nobody's.
void EdgeFinder::AddUnknownBirths(std::vector<Row>& rows) const {
  for (Row other : sample_) {
    const Goroutine& goroutine = facts_.at(other);
    const bool is_unknown = goroutine.is_older && goroutine.creator == kNobody && goroutine.id != 1;
    if (is_unknown && std::ranges::find(rows, other) == rows.end()) rows.push_back(other);
  }
}

void EdgeFinder::EdgesOfLock(Row row) {
  std::vector<Row> candidates = Candidates(row);
  AddUnknownBirths(candidates);
  const Held own = HoldsLockOf(scene_, row, row);
  const bool is_reader = WaitOf(row).kind == WaitKind::kReadLock;
  const bool may_hold_itself = own.strength > 0 && is_reader;  // a reader waits for a pending writer first, if there is one
  if (is_reader) EdgesToWriters(row, candidates);
  if (HasEdge(row)) return;
  EdgesToHolders(row, candidates);
  if (!HasEdge(row) && facts_.at(row).creator != kNobody && !may_hold_itself) {
    EdgesToSiblings(row);
    if (!HasEdge(row)) EdgesToOnlyKin(row);
  }
  if (may_hold_itself && !HasEdge(row)) Add(row, row, Evidence::kInferred, own.rule, own.function);
  if (WaitOf(row).kind == WaitKind::kWriteLock && !HasEdge(row)) EdgesToReaders(row, candidates);
}

Evidence EvidenceOf(const Held& held) {
  return held.strength >= 2 && held.rule != EdgeRule::kSameType ? Evidence::kInferred : Evidence::kGuessed;
}

void EdgeFinder::EdgesToHolders(Row row, const std::vector<Row>& candidates) {
  std::vector<std::pair<Row, Held>> holders;
  int best = 0;
  for (Row other : candidates) {
    if (other == row && WaitOf(row).kind == WaitKind::kReadLock) continue;
    const Held held = WithObject(row, other, HoldsLockOf(scene_, other, row));
    if (held.strength == 0) continue;
    holders.push_back({other, held});
    best = std::max(best, held.strength);
  }
  for (const auto& [other, held] : holders) {
    const bool is_enough = best > kStrongHold ? held.strength > kStrongHold : held.strength >= kStrongHold;
    if (held.strength == best || is_enough) Add(row, other, EvidenceOf(held), held.rule, held.function);
  }
}

// What a dump's addresses add: who has the lock's struct in hand is a holder before all others, and who works on another
// one is none.
Held EdgeFinder::WithObject(Row waiter, Row other, Held held) const {
  if (facts_.dumped.empty() || waiter == other) return held;
  const FunctionId leaf = stacks_.leaf_function(WaitOf(waiter).stack);
  const Hand hand = HandOf(facts_, waiter, other, stacks_.traits(leaf).receiver);
  if (hand == Hand::kOther) return {};
  const bool waits_for_the_same =
      facts_.dumped[waiter].object != 0 && facts_.dumped[waiter].object == facts_.dumped[other].object;
  if (hand != Hand::kHas || (waits_for_the_same && held.strength < kStrongHold)) return waits_for_the_same ? Held() : held;
  return {.strength = held.strength + kStrongHold + 1,
          .rule = EdgeRule::kSameObject,
          .function = stacks_.leaf_function(WaitOf(other).stack)};
}

// A loop of goroutines that share one lock: all stuck children of the same creator.
void EdgeFinder::EdgesToSiblings(Row row) {
  size_t looked_at = 0;
  for (LineRow line : facts_.at(facts_.at(row).creator).lines) {
    for (Row other : facts_.lines[line].members) {
      if (other == row || !scene_.IsWaiting(other) || !MayBeInRing(other)) continue;
      if (++looked_at > kCandidatesPerWait) return;
      const Held held = HoldsLockOf(scene_, other, row);
      if (held.strength > 0) Add(row, other, EvidenceOf(held), held.rule, held.function);
    }
  }
}

void EdgeFinder::EdgesToOnlyKin(Row row) {
  const std::vector<Row> family = Family(row);
  if (family.size() > kOnlyKin) return;
  for (Row other : family) {
    if (other != row && WaitOf(other).site != WaitOf(row).site) Add(row, other, Evidence::kGuessed, EdgeRule::kOnlyKin);
  }
}

void EdgeFinder::EdgesToWriters(Row row, const std::vector<Row>& candidates) {
  for (Row other : candidates) {
    if (WaitOf(other).kind != WaitKind::kWriteLock) continue;
    const bool is_same = IsSameLockKind(scene_, row, other);
    if (is_same || facts_.at(row).creator != kNobody) {
      Add(row, other, is_same ? Evidence::kInferred : Evidence::kGuessed, EdgeRule::kPendingWriter,
          stacks_.leaf_function(WaitOf(other).stack));
    }
  }
  if (HasEdge(row)) return;
  for (Row other : sample_) {  // no kin, but queued at the same kind of lock
    const bool is_other = SharedReceiver(facts_, row, other) == Hand::kOther;
    if (WaitOf(other).kind == WaitKind::kWriteLock && !is_other && IsSameLockKind(scene_, row, other))
      Add(row, other, Evidence::kGuessed, EdgeRule::kPendingWriter, stacks_.leaf_function(WaitOf(other).stack));
  }
}

void EdgeFinder::EdgesToReaders(Row row, const std::vector<Row>& candidates) {
  for (Row other : candidates) {
    if (other == row || WaitOf(other).kind != WaitKind::kReadLock) continue;
    const bool is_same = IsSameLockKind(scene_, row, other);
    if (is_same || facts_.at(other).creator != kNobody) {
      Add(row, other, is_same ? Evidence::kInferred : Evidence::kGuessed, EdgeRule::kReaderAgain,
          stacks_.leaf_function(WaitOf(other).stack));
    }
  }
}

void EdgeFinder::EdgesOfChannel(Row row) {
  const OpenWait& wait = WaitOf(row);
  const bool is_for_an_answer = wait.kind == WaitKind::kSend || wait.kind == WaitKind::kReceive;
  if (is_for_an_answer && EdgesToThoseWhoRunIt(row)) return;
  std::vector<Row> kin;
  std::vector<Row> known_wakers;
  for (Row other : Family(row)) {
    if (other == row || WaitOf(other).site == wait.site) continue;
    const bool is_child = facts_.at(other).creator == row;
    if (is_child || !FollowsIn(scene_, other, row)) kin.push_back(other);
    const bool has_woken = std::ranges::any_of(facts_.posts[wait.post].relations,
                                               [&](const auto& r) { return r.first.waker_start == facts_.at(other).start; });
    if (has_woken) known_wakers.push_back(other);
  }
  EdgesToStarvedServers(row);
  const size_t before = edges_.size();
  for (Row partner : scene_.PartnersOf(row)) {
    if (scene_.IsWaiting(partner) && MayBeInRing(partner)) Add(row, partner, Evidence::kInferred, EdgeRule::kPartner);
  }
  if (edges_.size() > before) return;
  if (wait.kind == WaitKind::kWaitGroup && EdgesToWorkers(row)) return;
  const Goroutine& goroutine = facts_.at(row);
  // Of a birth that only a dump tells, not all kin are known.
  const bool has_strangers = goroutine.creator == kNobody || (goroutine.is_older && !MayIdle(wait.kind));
  if (has_strangers && known_wakers.empty()) known_wakers = WakersByWork(row);
  if (wait.kind == WaitKind::kSend && known_wakers.empty()) KeepReceivers(kin);
  for (Row other : known_wakers) Add(row, other, Evidence::kInferred, EdgeRule::kKnownWaker);
  // What they are doing says more of who is at the other end than who started them.
  const bool is_alone = goroutine.creator == kNobody || (goroutine.is_older && kin.empty());
  const bool is_at_rest = MayIdle(wait.kind) && scene_.IsInStartFunction(row);
  if (goroutine.is_older && !is_alone) EdgesBySharedFrames(row, kin);
  const bool has_none = edges_.size() == before;
  if (is_alone || (has_none && !is_at_rest && known_wakers.empty())) EdgesBySharedFrames(row, sample_);
  if (edges_.size() > before) return;
  for (Row other : kin) Add(row, other, Evidence::kGuessed, EdgeRule::kOnlyKinWakes);
}

// The functions in which goroutines stood that met those who wait at this place.
std::set<FunctionId> EdgeFinder::OtherEnds(LocationId place) const {
  std::set<FunctionId> functions;
  for (auto at = facts_.ended_by.lower_bound({place, LocationId(0)});
       at != facts_.ended_by.end() && at->first.first == place; ++at) {
    functions.insert(stacks_.function(at->first.second));
  }
  for (const auto& [pair, count] : facts_.ended_by) {
    if (pair.second == place) functions.insert(stacks_.function(pair.first));
  }
  return functions;
}

// Where nobody's creation is known: those who run what others did who ended such waits, or are in the function where the
// other end of such waits was.
std::vector<Row> EdgeFinder::WakersByWork(Row row) const {
  std::set<FunctionId> starts;
  for (const auto& [relation, count] : facts_.posts[WaitOf(row).post].relations) starts.insert(relation.waker_start);
  const std::set<FunctionId> ends = OtherEnds(stacks_.leaf(WaitOf(row).stack));
  std::vector<Row> wakers;
  for (Row other : sample_) {
    if (WaitOf(other).site == WaitOf(row).site) continue;
    const bool is_at_end =
        std::ranges::any_of(ends, [&](FunctionId function) { return stacks_.IsOn(WaitOf(other).stack, function); });
    if (is_at_end || starts.contains(facts_.at(other).start)) wakers.push_back(other);
  }
  return wakers;
}

bool EdgeFinder::EdgesToWorkers(Row row) {
  const size_t before = edges_.size();
  for (Row worker : OwnWorkersOf(scene_, row).living) {
    if (scene_.IsWaiting(worker) && MayBeInRing(worker)) Add(row, worker, Evidence::kInferred, EdgeRule::kWorker);
  }
  return edges_.size() > before;
}

// Who waits for a resource while inside a call that was seen to ask for one at an earlier line has one already, and so has
// who is inside the function that the table names.
void EdgeFinder::EdgesToResourceHolders(Row row) {
  const KnownWait* known = scene_.KnownOf(row);
  const FunctionId asks = stacks_.leaf_function(WaitOf(row).stack);
  const std::vector<FunctionId> named =
      known->holder.empty() ? std::vector<FunctionId>() : scene_.FunctionsLike(known->holder);
  for (const Keeper& keeper : KeepersOf(scene_, *known)) {
    const bool is_stuck = scene_.IsWaiting(keeper.who) && MayBeInRing(keeper.who);
    if (is_stuck) Add(row, keeper.who, Evidence::kInferred, EdgeRule::kKeeps, facts_.at(keeper.token).start);
  }
  const auto look = [&](const std::vector<Row>& candidates) {
    for (Row other : candidates) {
      const FunctionId function =
          known->holder.empty() ? HasAsked(scene_, other, known, asks) : SharedFunction(stacks_, WaitOf(other).stack, named);
      if (function != FunctionId(0)) Add(row, other, Evidence::kInferred, EdgeRule::kHasResource, function);
    }
  };
  if (!HasEdge(row)) look(Candidates(row));
  if (!HasEdge(row) && facts_.at(row).is_older) look(sample_);  // of a birth that only a dump tells, not all kin are known
}

// A sender needs somebody who receives: those who were never seen to are dropped, if others were.
void EdgeFinder::KeepReceivers(std::vector<Row>& rows) const {
  const auto never_receives = [&](Row row) { return !HasReceived(scene_, row); };
  if (!std::ranges::all_of(rows, never_receives)) std::erase_if(rows, never_receives);
}

// They run the code that asks them: whoever else there is, they are the ones to serve it.
bool EdgeFinder::EdgesToThoseWhoRunIt(Row row) {
  const size_t before = edges_.size();
  for (Row other : StarvedServers(scene_, row)) {
    if (MayBeInRing(other)) Add(row, other, Evidence::kInferred, EdgeRule::kServerWaitsToo, RunsItsOwnClient(scene_, other));
  }
  return edges_.size() > before;
}

// The other end of such waits was in a function that is now on the waiters' own stacks: the pool waits for itself.
void EdgeFinder::EdgesToStarvedServers(Row row) {
  const OpenWait& wait = WaitOf(row);
  if (wait.kind != WaitKind::kSend && wait.kind != WaitKind::kReceive) return;
  const std::set<FunctionId> servers = OtherEnds(stacks_.leaf(wait.stack));
  for (StackId at = wait.stack; at != StackTrie::root(); at = stacks_.trie().caller(at)) {
    const FunctionId function = stacks_.leaf_function(at);
    if (!servers.contains(function)) continue;
    size_t count = 0;
    for (Row other : scene_.WaitingAt(wait.site)) {
      if (MayBeInRing(other) && ++count <= kCandidatesPerWait)
        Add(row, other, Evidence::kInferred, EdgeRule::kServerWaitsToo, function);
    }
    return;
  }
}

// Who waits for work to be done does not serve those who do it, though the library that runs the work is on both stacks:
// then only the innermost function counts.
void EdgeFinder::EdgesBySharedFrames(Row row, const std::vector<Row>& candidates) {
  const OpenWait& wait = WaitOf(row);
  const StackId own = stacks_.OwnPart(wait.stack);
  for (Row other : candidates) {
    if (other == row || WaitOf(other).site == wait.site || own == StackTrie::root()) continue;
    if (SharedReceiver(facts_, row, other) == Hand::kOther || FollowsIn(scene_, other, row)) continue;
    const bool is_outside = MayIdle(wait.kind) && WaitOf(other).kind == WaitKind::kWaitGroup;
    const FunctionId shared = is_outside ? SharedWith(stacks_, stacks_.leaf(own), WaitOf(other).stack)
                                         : SharedFrame(stacks_, wait.stack, WaitOf(other).stack);
    if (shared != FunctionId(0)) Add(row, other, Evidence::kGuessed, EdgeRule::kSharedFrames, shared);
  }
}

}  // namespace

const char* Name(Evidence evidence) {
  switch (evidence) {
    case Evidence::kGuessed:
      return "guessed";
    case Evidence::kInferred:
      return "inferred";
    case Evidence::kProven:
      return "proven";
  }
  return "guessed";
}

std::vector<WaitEdge> FindWaitEdges(const Scene& scene, const std::vector<Judgement>& judgements) {
  return EdgeFinder(scene, judgements).Run();
}

std::span<const WaitEdge> EdgesOf(const std::vector<WaitEdge>& edges, Row waiter) {
  return std::ranges::equal_range(edges, waiter, {}, &WaitEdge::waiter);
}

std::string Explain(const Scene& scene, const WaitEdge& edge) {
  const std::string_view function = edge.function == FunctionId(0) ? "" : scene.stacks().name(edge.function);
  switch (edge.rule) {
    case EdgeRule::kInLockFunction:
      return fmt::format("it is inside {}, which takes or releases this lock", function);
    case EdgeRule::kPastLock:
      return fmt::format("it is inside {}, behind the Lock call", function);
    case EdgeRule::kPastEarlierLock:
      return fmt::format("it has passed an earlier Lock in {}", function);
    case EdgeRule::kInsideSince:
      return fmt::format("it had been inside {} for a while when it came to this line", function);
    case EdgeRule::kSameObject:
      return fmt::format("the dump shows it in {} with a pointer to the struct of this very lock", function);
    case EdgeRule::kSameType:
      return fmt::format("it is inside {}, a method of the type whose lock this is", function);
    case EdgeRule::kOnlyKin:
      return "no other stuck goroutine of its family could hold it";
    case EdgeRule::kPendingWriter:
      return fmt::format("a writer is queued in {}, and readers must let it pass", function);
    case EdgeRule::kReaderAgain:
      return fmt::format("it reads already and waits in {} to read again", function);
    case EdgeRule::kPartner:
      return "it has been the partner at this line before, and is stuck itself";
    case EdgeRule::kKnownWaker:
      return "goroutines of its kind ended such waits here, and it is stuck itself";
    case EdgeRule::kWorker:
      return "it was started for this WaitGroup, and is stuck itself";
    case EdgeRule::kKeeps:
      return fmt::format("a goroutine of {}, which lives as long as one is in use, was started by it", function);
    case EdgeRule::kHasResource:
      return fmt::format("it is inside {} and waits for one more", function);
    case EdgeRule::kOnlyKinWakes:
      return "of those who could end this wait it is alive, and stuck itself";
    case EdgeRule::kServerWaitsToo:
      return fmt::format("{} serves such waits and now waits in one itself", function);
    case EdgeRule::kSharedFrames:
      return fmt::format("both are inside {}", function);
  }
  return "";
}

}  // namespace analysis::deadlock
