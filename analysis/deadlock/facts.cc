#include "analysis/deadlock/facts.h"

#include <algorithm>
#include <utility>

#include "analysis/deadlock/fact_tables.h"
#include "analysis/deadlock/forgetting.h"
#include "analysis/deadlock/kinship.h"
#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;
using model::StackTrie;

void Remember(std::vector<Goroutine::Partner>& partners, Goroutine::Partner partner) {
  const auto known =
      std::find_if(partners.rbegin(), partners.rend(), [&](const auto& other) { return other.IsLike(partner); });
  if (known != partners.rend()) {
    ++known->times;
    return;
  }
  if (partners.size() >= kPartnersKept) partners.erase(partners.begin());
  partners.push_back(partner);
}

Goroutine::WokeAt& WokeAtSite(Goroutine& goroutine, SiteRow site, bool as_stranger) {
  const auto known = std::ranges::find(goroutine.woke_at, site, &Goroutine::WokeAt::site);
  if (known != goroutine.woke_at.end()) return *known;
  return goroutine.woke_at.emplace_back(Goroutine::WokeAt{.site = site, .as_stranger = as_stranger});
}

class Gatherer {
 public:
  Gatherer(model::EventSource& source, size_t rows_kept) : source_(source), rows_kept_(rows_kept), forget_at_(rows_kept) {}

  Facts Run();

 private:
  void Forget();
  void Look(const Event& event);
  void LookAtState(const Event& event, StackId before);
  void Born(const Event& event, Row row, StackId before);
  bool IsInsideCall(StackId stack, StackId call) const;
  void FirstSeen(const Event& event, Row row);
  void BeginWait(const Event& event, Row row, StackId raw, bool is_older, StackId before);
  void EndWait(const Event& event, Row row);
  void Settle(Goroutine& goroutine, StackId stack, Time time);
  void CountEnd(const OpenWait& wait, Time waited, bool is_by_timer);
  void CountWake(Row waiter, const OpenWait& wait, Row waker, StackId waker_stack);
  void Ended(const Event& event, Row row);
  void TellSitesTheirWakers();

  StackId Import(StackId stack) { return facts_.stacks.Import(*symbols_, *stacks_, stack); }
  Goroutine& At(Row row) { return facts_.goroutines[row]; }

  model::EventSource& source_;
  const model::Symbols* symbols_ = nullptr;  // of this batch
  const StackTrie* stacks_ = nullptr;
  size_t rows_kept_;
  size_t forget_at_;
  Facts facts_;
  FactTables tables_{facts_};
  bool has_begun_ = false;
};

Facts Gatherer::Run() {
  for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
    symbols_ = &source_.symbols();
    stacks_ = &source_.stacks();
    for (const Event& event : batch) {
      Look(event);
      if (facts_.goroutines.size() > forget_at_) Forget();
    }
  }
  TellSitesTheirWakers();
  facts_.stacks.Forget();
  return std::move(facts_);
}

void Gatherer::Forget() {
  ForgetEnded(facts_);
  tables_.RelearnRows();
  forget_at_ = std::max(rows_kept_, 2 * facts_.goroutines.size());
}

void Gatherer::Look(const Event& event) {
  if (!has_begun_) facts_.begin = event.time;
  has_begun_ = true;
  facts_.end = std::max(facts_.end, event.time);
  ++facts_.events;
  StackId before;
  if (event.goroutine > 0) {
    Goroutine& there = At(tables_.RowOf(event.goroutine));
    before = there.last_stack;
    if (event.stack != StackTrie::root()) there.last_stack = Import(event.stack);
  }
  if (event.kind == EventKind::kGoroutineState && event.subject > 0) LookAtState(event, before);
}

// `before`: where event.goroutine was seen before this event.
void Gatherer::LookAtState(const Event& event, StackId before) {
  const Row row = tables_.RowOf(event.subject);
  const bool was_waiting = event.from == GoState::kWaiting;
  const bool is_waiting = event.to == GoState::kWaiting;
  if (event.from == GoState::kNotExist) Born(event, row, before);
  if (event.from == GoState::kUndetermined) FirstSeen(event, row);
  if (was_waiting && !is_waiting) EndWait(event, row);
  if (is_waiting && !was_waiting) {
    const StackId raw = Import(event.subject_stack != StackTrie::root() ? event.subject_stack : event.stack);
    const bool is_older = event.from == GoState::kUndetermined;
    BeginWait(event, row, is_older ? Import(event.subject_stack) : raw, is_older,
              event.goroutine == event.subject ? before : StackId());
  }
  Goroutine& goroutine = At(row);
  if (event.to == GoState::kRunning) goroutine.last_ran = event.time;
  if (event.to == GoState::kSyscall && event.subject_stack != StackTrie::root())
    goroutine.last_stack = Import(event.subject_stack);
  if (event.to == GoState::kNotExist) Ended(event, row);
  goroutine.state = event.to;
}

void Gatherer::Born(const Event& event, Row row, StackId before) {
  const Row creator = event.goroutine > 0 ? tables_.RowOf(event.goroutine) : kNobody;
  Goroutine& goroutine = At(row);
  goroutine.born = event.time;
  goroutine.is_older = false;
  goroutine.creator = creator;
  goroutine.create_stack = Import(event.stack);
  goroutine.start = facts_.stacks.outermost_function(Import(event.subject_stack));
  if (creator == kNobody || facts_.stacks.traits(goroutine.start).is_runtime_own) return;
  goroutine.line = tables_.LineOf(creator, goroutine.create_stack, goroutine.start);
  Lineage& line = facts_.lines[goroutine.line];
  goroutine.round = line.born++;
  const bool is_new_call = before != StackTrie::root() && !IsInsideCall(before, goroutine.create_stack);
  if (is_new_call) ++facts_.calls[line.call];
  goroutine.call = facts_.calls[line.call];
  line.members.push_back(row);
}

// `stack` passes through the innermost call of `call`: the same function under the same callers.
bool Gatherer::IsInsideCall(StackId stack, StackId call) const {
  const StackTrie& trie = facts_.stacks.trie();
  const StackId user = facts_.stacks.UserPart(call);
  if (user == StackTrie::root()) return true;
  for (StackId at = stack; at != StackTrie::root(); at = trie.caller(at)) {
    if (trie.caller(at) == trie.caller(user) && facts_.stacks.leaf_function(at) == facts_.stacks.leaf_function(user))
      return true;
  }
  return false;
}

void Gatherer::FirstSeen(const Event& event, Row row) {
  Goroutine& goroutine = At(row);
  goroutine.is_older = true;
  goroutine.born = facts_.begin;
  const StackId stack = Import(event.subject_stack);
  if (stack == StackTrie::root()) return;
  goroutine.start = facts_.stacks.outermost_function(stack);
  goroutine.last_stack = stack;
}

void Gatherer::BeginWait(const Event& event, Row row, StackId raw, bool is_older, StackId before) {
  const auto [kind, stack, site] = tables_.WaitOf(event.reason, raw);
  OpenWait wait{.kind = kind, .raw = raw, .stack = stack, .since = event.time, .is_older = is_older, .site = site};
  wait.before = facts_.stacks.UserPart(before);
  if (is_older) wait.since = facts_.begin;
  if (site != kNowhere && !is_older) wait.turn = ++facts_.places[facts_.sites[site].place].begun;
  Goroutine& goroutine = At(row);
  if (goroutine.start == FunctionId(0)) goroutine.start = facts_.stacks.outermost_function(raw);
  if (site != kNowhere) wait.post = tables_.PostAt(site, goroutine.start);
  if (raw != StackTrie::root()) goroutine.last_stack = raw;
  goroutine.wait = wait;
  if (!is_older) {
    std::ranges::move_backward(goroutine.sightings.begin(), goroutine.sightings.end() - 1, goroutine.sightings.end());
    goroutine.sightings.front() = {event.time, wait.stack};
  }
  Settle(goroutine, raw, wait.since);
  goroutine.kinds_waited |= Goroutine::BitOf(wait.kind);
}

void Gatherer::Settle(Goroutine& goroutine, StackId stack, Time time) {
  const auto call = facts_.stacks.OutermostCall(stack);
  if (call == goroutine.settled_in) return;
  goroutine.settled_in = call;
  goroutine.settled_since = time;
}

void Gatherer::EndWait(const Event& event, Row row) {
  if (!At(row).wait) return;
  const OpenWait wait = *std::exchange(At(row).wait, std::nullopt);
  const Row waker = event.goroutine > 0 && event.goroutine != event.subject ? tables_.RowOf(event.goroutine) : kNobody;
  const StackId waker_stack = Import(event.stack);
  const bool is_bare = waker == kNobody && waker_stack == StackTrie::root() && wait.kind != WaitKind::kNetwork;
  // Only the timers start goroutines out of nowhere.
  const bool is_after_func = waker != kNobody && At(waker).creator == kNobody && !At(waker).is_older;
  At(row).last_wait_began = wait.since;
  if (wait.site != kNowhere) CountEnd(wait, event.time - wait.since, is_bare || is_after_func);
  if (waker != kNobody) CountWake(row, wait, waker, waker_stack);
}

void Gatherer::CountEnd(const OpenWait& wait, Time waited, bool is_by_timer) {
  Site& site = facts_.sites[wait.site];
  Place& place = facts_.places[site.place];
  Post& post = facts_.posts[wait.post];
  ++site.ended;
  if (is_by_timer) ++site.ended_by_timer, ++post.ended_by_timer;
  if (wait.is_older) return;
  for (Time* longest : {&site.longest, &place.longest, &post.longest}) *longest = std::max(*longest, waited);
  if (is_by_timer) post.longest_by_timer = std::max(post.longest_by_timer, waited);
}

void Gatherer::CountWake(Row waiter, const OpenWait& wait, Row waker, StackId waker_stack) {
  auto& waking = At(waker).waking_stacks;
  if (waking.size() < kWakingStacksKept && std::ranges::find(waking, waker_stack) == waking.end())
    waking.push_back(waker_stack);
  if (wait.site == kNowhere) {
    Remember(At(waiter).woken_by, {.place = LocationId(0), .who = waker});
    return;
  }
  Site& site = facts_.sites[wait.site];
  const Kin kin = KinOf(facts_, waiter, waker);
  const FactTables::Wake& wake = tables_.WakeOf(wait.post, kin, At(waker).start, waker_stack);
  Post& post = facts_.posts[wait.post];
  ++*wake.relation;
  ++post.ended_by_another;
  if (post.occasions == 0 || facts_.end - post.last_ended > kSlack) ++post.occasions;
  post.last_ended = facts_.end;
  if (wake.ended_by != nullptr) ++*wake.ended_by;
  ++WokeAtSite(At(waker), wait.site, kin == Kin::kStranger).times;
  ++(kin == Kin::kStranger ? site.ended_by_stranger : site.ended_by_kin);
  ++facts_.places[site.place].ended_by_another;
  const bool made_waker = At(waker).creator == waiter && IsInsideCall(wait.raw, At(waker).create_stack);
  const bool made_waiter = At(waiter).creator == waker && IsInsideCall(waker_stack, At(waiter).create_stack);
  if (kin == Kin::kCreator) ++(made_waiter ? post.by_creator_inside : post.by_creator_outside);
  Remember(At(waiter).woken_by, {facts_.stacks.leaf(wait.stack), waker, made_waker});
  if (wake.ended_by != nullptr) Remember(At(waker).has_woken, {wake.place, waiter, made_waiter});
}

void Gatherer::Ended(const Event& event, Row row) {
  Goroutine& goroutine = At(row);
  goroutine.has_ended = true;
  goroutine.ended_at = event.time;
  goroutine.wait.reset();
  const Row maker = goroutine.creator;
  if (maker != kNobody && !At(maker).has_ended) {
    for (const Goroutine::WokeAt& woke : goroutine.woke_at) {
      if (woke.times > 0 && woke.as_stranger) ++WokeAtSite(At(maker), woke.site, false).makes_wakers;
    }
  }
  goroutine.woke_at = {};
  goroutine.woken_by = {};
  goroutine.has_woken = {};
  goroutine.waking_stacks = {};
  if (goroutine.line == kNoLine) return;
  ++facts_.lines[goroutine.line].ended;
  Facts::Lives& lives = facts_.ended_of_birth[{goroutine.create_stack, goroutine.start}];
  ++lives.ended;
  lives.total += event.time - goroutine.born;
}

void Gatherer::TellSitesTheirWakers() {
  for (Row row = 0; row < facts_.goroutines.size(); ++row) {
    for (const Goroutine::WokeAt& woke : At(row).woke_at) {
      Site& site = facts_.sites[woke.site];
      if (woke.times > 0) site.living_wakers.Add(row, woke.times);
      if (woke.makes_wakers > 0) site.makers_of_wakers.Add(row, woke.makes_wakers);
    }
  }
}

}  // namespace

Row Facts::Member(const Lineage& line, uint32_t round) const {
  if (round >= line.born) return kNobody;
  if (round < line.members.size() && at(line.members[round]).round == round) return line.members[round];
  const auto found = std::ranges::lower_bound(line.members, round, {}, [&](Row row) { return at(row).round; });
  return found == line.members.end() || at(*found).round != round ? kNobody : *found;
}

Facts Gather(model::EventSource& source, size_t rows_kept) { return Gatherer(source, rows_kept).Run(); }

}  // namespace analysis::deadlock
