#include "analysis/deadlock/facts.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "analysis/deadlock/kinship.h"
#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;
using model::StackTrie;

void Remember(std::vector<Goroutine::Partner>& partners, Goroutine::Partner partner) {
  if (std::ranges::find(partners, partner) != partners.end()) return;
  if (partners.size() >= kPartnersKept) partners.erase(partners.begin());
  partners.push_back(partner);
}

class Gatherer {
 public:
  explicit Gatherer(model::EventSource& source) : source_(source) {}

  Facts Run();

 private:
  void Look(const Event& event);
  void LookAtState(const Event& event, StackId before);
  void Born(const Event& event, Row row, StackId before);
  bool IsInsideCall(StackId stack, StackId call) const;
  void FirstSeen(const Event& event, Row row);
  void BeginWait(const Event& event, Row row, StackId raw, bool is_older, StackId before);
  void EndWait(const Event& event, Row row);
  void CountWake(Row waiter, const OpenWait& wait, Row waker, StackId waker_stack);
  void Ended(const Event& event, Row row);

  Row RowOf(GoroutineId id);
  SiteRow SiteOf(WaitKind kind, StackId stack);
  LineRow LineOf(Row creator, StackId create_stack, FunctionId start);
  StackId Import(StackId stack) { return facts_.stacks.Import(source_.symbols(), source_.stacks(), stack); }
  Goroutine& At(Row row) { return facts_.goroutines[row]; }

  model::EventSource& source_;
  Facts facts_;
  bool has_begun_ = false;
  std::array<std::pair<GoroutineId, Row>, 1024>
      recent_rows_{};  // by the last bits of the id: few run at a time, and ids are dense
  std::map<std::pair<WaitKind, StackId>, SiteRow> site_of_;
  std::map<std::pair<WaitKind, LocationId>, uint32_t> place_of_;
  std::map<std::tuple<Row, StackId, FunctionId>, LineRow> line_of_;
};

Facts Gatherer::Run() {
  for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
    for (const Event& event : batch) Look(event);
  }
  facts_.stacks.Forget();
  return std::move(facts_);
}

void Gatherer::Look(const Event& event) {
  if (!has_begun_) facts_.begin = event.time;
  has_begun_ = true;
  facts_.end = std::max(facts_.end, event.time);
  ++facts_.events;
  StackId before;
  if (event.goroutine > 0) {
    Goroutine& there = At(RowOf(event.goroutine));
    before = there.last_stack;
    if (event.stack != StackTrie::root()) there.last_stack = Import(event.stack);
  }
  if (event.kind == EventKind::kGoroutineState && event.subject > 0) LookAtState(event, before);
}

// `before`: where event.goroutine was seen before this event.
void Gatherer::LookAtState(const Event& event, StackId before) {
  const Row row = RowOf(event.subject);
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
  const Row creator = event.goroutine > 0 ? RowOf(event.goroutine) : kNobody;
  Goroutine& goroutine = At(row);
  goroutine.born = event.time;
  goroutine.is_older = false;
  goroutine.creator = creator;
  goroutine.create_stack = Import(event.stack);
  goroutine.start = facts_.stacks.outermost_function(Import(event.subject_stack));
  if (creator == kNobody || facts_.stacks.traits(goroutine.start).is_runtime_own) return;
  goroutine.line = LineOf(creator, goroutine.create_stack, goroutine.start);
  Lineage& line = facts_.lines[goroutine.line];
  goroutine.round = static_cast<uint32_t>(line.members.size());
  const bool is_new_call = before != StackTrie::root() && !IsInsideCall(before, goroutine.create_stack);
  if (is_new_call) ++line.call;
  goroutine.call = line.call;
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
  OpenWait wait{.kind = Classify(facts_.stacks, event.reason, raw), .raw = raw, .since = event.time, .is_older = is_older};
  wait.stack = facts_.stacks.UserPart(raw);
  wait.before = facts_.stacks.UserPart(before);
  if (is_older) wait.since = facts_.begin;
  if (wait.stack != StackTrie::root()) {
    wait.site = SiteOf(wait.kind, wait.stack);
    if (!is_older) wait.turn = ++facts_.places[facts_.sites[wait.site].place].begun;
  }
  Goroutine& goroutine = At(row);
  if (raw != StackTrie::root()) goroutine.last_stack = raw;
  goroutine.wait = wait;
  goroutine.kinds_waited |= uint32_t{1} << static_cast<int>(wait.kind);
}

void Gatherer::EndWait(const Event& event, Row row) {
  if (!At(row).wait) return;
  const OpenWait wait = *std::exchange(At(row).wait, std::nullopt);
  const Row waker = event.goroutine > 0 && event.goroutine != event.subject ? RowOf(event.goroutine) : kNobody;
  const StackId waker_stack = Import(event.stack);
  if (wait.site != kNowhere) {
    Site& site = facts_.sites[wait.site];
    ++site.ended;
    if (!wait.is_older) {
      Place& place = facts_.places[site.place];
      site.longest = std::max(site.longest, event.time - wait.since);
      place.longest = std::max(place.longest, site.longest);
    }
    if (waker == kNobody && waker_stack == StackTrie::root() && wait.kind != WaitKind::kNetwork) ++site.ended_by_timer;
  }
  if (waker == kNobody) return;
  CountWake(row, wait, waker, waker_stack);
  const bool is_after_func =
      At(waker).creator == kNobody && !At(waker).is_older;  // only the timers start goroutines out of nowhere
  if (is_after_func && wait.site != kNowhere) ++facts_.sites[wait.site].ended_by_timer;
}

void Gatherer::CountWake(Row waiter, const OpenWait& wait, Row waker, StackId waker_stack) {
  auto& waking = At(waker).waking_stacks;
  if (waking.size() < kWakingStacksKept && std::ranges::find(waking, waker_stack) == waking.end())
    waking.push_back(waker_stack);
  if (wait.site == kNowhere) return;
  Site& site = facts_.sites[wait.site];
  const StackId place = facts_.stacks.UserPart(waker_stack);
  const Kin kin = KinOf(facts_, waiter, waker);
  const LocationId waker_place = place == StackTrie::root() ? LocationId(0) : facts_.stacks.leaf(place);
  ++site.relations[{kin, At(waker).start, waker_place}];
  if (place != StackTrie::root()) ++facts_.ended_by[{facts_.stacks.leaf(wait.stack), waker_place}];
  if (site.living_wakers[waker]++ == 0) At(waker).woke_at.push_back({wait.site, kin == Kin::kStranger});
  ++(kin == Kin::kStranger ? site.ended_by_stranger : site.ended_by_kin);
  ++facts_.places[site.place].ended_by_another;
  Remember(At(waiter).woken_by, {facts_.stacks.leaf(wait.stack), waker});
  if (place != StackTrie::root()) Remember(At(waker).has_woken, {waker_place, waiter});
}

void Gatherer::Ended(const Event& event, Row row) {
  Goroutine& goroutine = At(row);
  goroutine.has_ended = true;
  goroutine.ended_at = event.time;
  goroutine.wait.reset();
  const Row maker = goroutine.creator;
  for (const auto& [at, as_stranger] : goroutine.woke_at) {
    Site& site = facts_.sites[at];
    site.makers_of_wakers.erase(row);
    if (site.living_wakers.erase(row) == 0 || !as_stranger || maker == kNobody || At(maker).has_ended) continue;
    if (site.makers_of_wakers[maker]++ == 0) At(maker).woke_at.push_back({at, false});
  }
  goroutine.woke_at = {};
  goroutine.woken_by = {};
  goroutine.has_woken = {};
  goroutine.waking_stacks = {};
  if (goroutine.line == kNoLine) return;
  ++facts_.lines[goroutine.line].ended;
  ++facts_.ended_of_birth[{goroutine.create_stack, goroutine.start}];
}

Row Gatherer::RowOf(GoroutineId id) {
  auto& [recent_id, recent_row] = recent_rows_[static_cast<uint64_t>(id) % recent_rows_.size()];
  if (recent_id == id) return recent_row;
  const auto [at, is_new] = facts_.row_of.try_emplace(id, static_cast<Row>(facts_.goroutines.size()));
  if (is_new) {
    facts_.goroutines.push_back({.id = id});
    facts_.goroutines.back().is_older = true;
    facts_.goroutines.back().born = facts_.begin;
  }
  recent_id = id;
  return recent_row = at->second;
}

SiteRow Gatherer::SiteOf(WaitKind kind, StackId stack) {
  const auto [at, is_new] = site_of_.try_emplace({kind, stack}, static_cast<SiteRow>(facts_.sites.size()));
  if (!is_new) return at->second;
  const auto [place, is_new_place] =
      place_of_.try_emplace({kind, facts_.stacks.leaf(stack)}, static_cast<uint32_t>(facts_.places.size()));
  if (is_new_place) facts_.places.emplace_back();
  facts_.sites.push_back({.kind = kind, .stack = stack, .place = place->second});
  return at->second;
}

LineRow Gatherer::LineOf(Row creator, StackId create_stack, FunctionId start) {
  const auto [at, is_new] = line_of_.try_emplace({creator, create_stack, start}, static_cast<LineRow>(facts_.lines.size()));
  if (is_new) {
    facts_.lines.push_back({.creator = creator, .create_stack = create_stack, .start = start});
    At(creator).lines.push_back(at->second);
  }
  return at->second;
}

}  // namespace

Facts Gather(model::EventSource& source) { return Gatherer(source).Run(); }

}  // namespace analysis::deadlock
