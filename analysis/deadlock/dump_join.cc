#include "analysis/deadlock/dump_join.h"

#include <algorithm>
#include <array>

#include "analysis/deadlock/fact_tables.h"
#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

using model::DumpedGoroutine;
using model::DumpFrame;
using model::GoState;
using model::StackTrie;

// The runtime's words for a wait; what is not here is read off the frames, or is no wait.
constexpr std::array<std::pair<std::string_view, WaitKind>, 17> kStates = {
    {{"chan receive", WaitKind::kReceive},
     {"chan send", WaitKind::kSend},
     {"select", WaitKind::kSelect},
     {"select (no cases)", WaitKind::kForever},
     {"chan receive (nil chan)", WaitKind::kForever},
     {"chan send (nil chan)", WaitKind::kForever},
     {"sync.Mutex.Lock", WaitKind::kMutex},
     {"sync.RWMutex.RLock", WaitKind::kReadLock},
     {"sync.RWMutex.Lock", WaitKind::kWriteLock},
     {"sync.WaitGroup.Wait", WaitKind::kWaitGroup},
     {"sync.Cond.Wait", WaitKind::kCond},
     {"sleep", WaitKind::kSleep},
     {"IO wait", WaitKind::kNetwork},
     {"chan receive (durable)", WaitKind::kReceive},
     {"chan send (durable)", WaitKind::kSend},
     {"select (durable)", WaitKind::kSelect},
     {"sync.WaitGroup.Wait (durable)", WaitKind::kWaitGroup}}};

constexpr Time kMinute = 60'000'000'000;
constexpr int64_t kMostMinutes = 10 * 366 * 24 * 60;  // ten years; a larger number is damage

bool IsWaitingState(std::string_view state) {
  return state != "running" && state != "runnable" && state != "syscall" && !state.starts_with("GC ") &&
         state != "finalizer wait";
}

// One dump's frames in our tables.
class DumpStacks {
 public:
  DumpStacks(Facts& facts, const model::GoroutineDump& dump) : facts_(facts), dump_(dump) {}

  StackId Of(const DumpedGoroutine& goroutine) { return facts_.stacks.Import(dump_.symbols, dump_.stacks, goroutine.stack); }
  StackId Frame(LocationId location) { return facts_.stacks.ImportFrame(dump_.symbols, location); }

  std::vector<Dumped::Call> Calls(const DumpedGoroutine& goroutine) {
    std::vector<Dumped::Call> calls;
    for (const DumpFrame& frame : goroutine.frames) {
      Dumped::Call call{.function = facts_.stacks.leaf_function(Frame(frame.location))};
      for (const model::DumpArgument& argument : frame.arguments)
        call.arguments.push_back(argument.may_be_stale ? 0 : argument.value);
      calls.push_back(std::move(call));
    }
    return calls;
  }

 private:
  Facts& facts_;
  const model::GoroutineDump& dump_;
};

// Functions of the machinery whose first argument is what is waited for, innermost first in a stack.
constexpr std::array<std::string_view, 9> kTakesObject = {"runtime.semacquire1",
                                                          "runtime.chanrecv",
                                                          "runtime.chansend",
                                                          "sync.(*Mutex).lockSlow",
                                                          "internal/sync.(*Mutex).lockSlow",
                                                          "sync.(*Mutex).Lock",
                                                          "sync.(*RWMutex).Lock",
                                                          "sync.(*WaitGroup).Wait",
                                                          "sync.(*Cond).Wait"};

uint64_t ObjectOf(const Stacks& stacks, const std::vector<Dumped::Call>& calls) {
  for (const Dumped::Call& call : calls) {
    const bool takes = std::ranges::find(kTakesObject, stacks.name(call.function)) != kTakesObject.end();
    if (takes && !call.arguments.empty() && call.arguments[0] >= kSmallestPointer) return call.arguments[0];
    if (!stacks.traits(call.function).is_machinery) break;
  }
  return 0;
}

class Joiner {
 public:
  Joiner(Facts& facts, const model::GoroutineDump& dump) : facts_(facts), dump_(dump), tables_(facts), stacks_(facts, dump) {
    newest_ = facts.forgotten.last();
    for (const Goroutine& goroutine : facts.goroutines) newest_ = std::max(newest_, goroutine.id);
  }

  DumpMatch CompareAll() {
    match_.goroutines = dump_.goroutines.size();
    for (const DumpedGoroutine& goroutine : dump_.goroutines) Compare(goroutine);
    // One that has another stack may have moved on; if most have, it was another process, or long ago.
    match_.fits = match_.moved + match_.unknown <= match_.same + match_.without_stack;
    facts_.stacks.Forget();
    return match_;
  }

  DumpMatch Run() {
    CompareAll();
    for (const DumpedGoroutine& goroutine : dump_.goroutines) ids_.push_back(goroutine.id);
    std::ranges::sort(ids_);
    std::vector<const DumpedGoroutine*> by_id;
    for (const DumpedGoroutine& goroutine : dump_.goroutines) by_id.push_back(&goroutine);
    std::ranges::stable_sort(by_id, {}, [](const DumpedGoroutine* g) { return g->id; });
    for (const DumpedGoroutine* goroutine : by_id) {
      const bool is_same = match_.fits ? !IsElsewhere(*goroutine) : IsSame(*goroutine);
      if (is_same) Take(*goroutine);
      if (match_.fits && !is_same) TakeMoved(*goroutine);
    }
    if (match_.fits && !match_.is_earlier()) MarkGone();
    facts_.stacks.Forget();
    return match_;
  }

 private:
  Row Find(const DumpedGoroutine& goroutine) const { return facts_.RowOf(goroutine.id); }

  // Inside the trace.
  bool HasEnded(const DumpedGoroutine& goroutine) const {
    const Row row = Find(goroutine);
    return row == kNobody ? facts_.forgotten.Contains(goroutine.id) : facts_.at(row).has_ended;
  }

  bool IsSame(const DumpedGoroutine& dumped) {
    const Row row = Find(dumped);
    if (row == kNobody || !facts_.at(row).wait || facts_.at(row).wait->stack == StackTrie::root()) return false;
    const StackId theirs = facts_.stacks.UserPart(stacks_.Of(dumped));
    const StackId ours = facts_.at(row).wait->stack;
    if (theirs == StackTrie::root()) return false;
    return facts_.stacks.leaf_function(ours) == facts_.stacks.leaf_function(theirs) &&
           facts_.stacks.line(facts_.stacks.leaf(ours)) == facts_.stacks.line(facts_.stacks.leaf(theirs));
  }

  // The trace says where it stands, and it is not where the dump says.
  bool IsElsewhere(const DumpedGoroutine& dumped) {
    const Row row = Find(dumped);
    if (HasEnded(dumped)) return true;
    if (row == kNobody) return !IsWaitingState(dumped.state);
    const Goroutine& goroutine = facts_.at(row);
    if (goroutine.wait && goroutine.wait->stack == StackTrie::root()) return false;
    return !IsSame(dumped);
  }

  void Compare(const DumpedGoroutine& dumped) {
    const Row row = Find(dumped);
    const bool has_ended = HasEnded(dumped);
    if (has_ended) ++match_.ended;
    if (!IsWaitingState(dumped.state)) return;
    if (has_ended) {
      ++match_.moved;
    } else if (row == kNobody) {
      ++match_.unknown;
    } else if (IsSame(dumped)) {
      ++match_.same;
    } else if (facts_.at(row).wait && facts_.at(row).wait->stack == StackTrie::root()) {
      ++match_.without_stack;
    } else {
      ++match_.moved;
    }
  }

  Dumped& RowOfDumped(Row row) {
    if (facts_.dumped.size() < facts_.goroutines.size()) facts_.dumped.resize(facts_.goroutines.size());
    return facts_.dumped[row];
  }

  // It went on after the trace's end: what it has in hand still counts, where it stood does not.
  void TakeMoved(const DumpedGoroutine& dumped) {
    const Row row = Find(dumped);
    if (row == kNobody || facts_.at(row).has_ended) return;
    Dumped& taken = RowOfDumped(row);
    taken.is_known = true;
    taken.calls = stacks_.Calls(dumped);
    taken.has_moved = !match_.is_earlier();
  }

  // A later dump has all that live: who is not in it has ended, so it was not stuck.
  void MarkGone() {
    for (Row row = 0; row < facts_.goroutines.size(); ++row) {
      const Goroutine& goroutine = facts_.at(row);
      if (goroutine.has_ended || !goroutine.wait || std::ranges::binary_search(ids_, goroutine.id)) continue;
      RowOfDumped(row).has_moved = true;
    }
  }

  void Take(const DumpedGoroutine& dumped) {
    const bool is_new = Find(dumped) == kNobody;
    const Row row = tables_.RowOf(dumped.id);
    Dumped& taken = RowOfDumped(row);
    taken.is_known = true;
    taken.minutes = dumped.wait_minutes.value_or(0);
    taken.calls = stacks_.Calls(dumped);
    taken.object = ObjectOf(facts_.stacks, taken.calls);
    Goroutine& goroutine = facts_.goroutines[row];
    goroutine.is_proven |= dumped.is_leaked;
    const StackId raw = stacks_.Of(dumped);
    if (goroutine.start == FunctionId(0)) goroutine.start = facts_.stacks.outermost_function(raw);
    if (is_new) goroutine.state = GoState::kWaiting, goroutine.wait = OpenWait{.since = FirstSeen(dumped), .is_older = true};
    if (goroutine.wait) TakeWait(row, dumped, raw);
    if (goroutine.creator == kNobody && dumped.created_by) TakeBirth(row, dumped);
  }

  // A trace lists whoever is alive, so one with a higher number than all of them was born after it.
  Time FirstSeen(const DumpedGoroutine& dumped) const { return dumped.id > newest_ ? facts_.end : facts_.begin; }

  void TakeWait(Row row, const DumpedGoroutine& dumped, StackId raw) {
    OpenWait& wait = *facts_.goroutines[row].wait;
    const auto* state = std::ranges::find(kStates, dumped.state, &std::pair<std::string_view, WaitKind>::first);
    const bool has_no_stack = wait.stack == StackTrie::root();
    if (dumped.wait_minutes)
      wait.since = std::min(wait.since, facts_.end - std::clamp<int64_t>(*dumped.wait_minutes, 0, kMostMinutes) * kMinute);
    if (has_no_stack) {
      wait.raw = raw;
      wait.stack = facts_.stacks.UserPart(raw);
      facts_.goroutines[row].last_stack = raw;
      wait.kind = state != kStates.end() ? state->second : Classify(facts_.stacks, model::BlockReason::kNone, raw);
    }
    const bool is_forever = state != kStates.end() && state->second == WaitKind::kForever;
    if (is_forever) wait.kind = WaitKind::kForever;
    if (wait.stack == StackTrie::root() || (!has_no_stack && !is_forever)) return;
    wait.site = tables_.SiteOf(wait.kind, wait.stack);
    wait.post = tables_.PostOf(wait.kind, wait.stack, facts_.goroutines[row].start);
  }

  void TakeBirth(Row row, const DumpedGoroutine& dumped) {
    if (dumped.creator == model::kNoGoroutine) return;
    const bool is_there = std::ranges::binary_search(ids_, dumped.creator);
    const Row creator = tables_.RowOf(dumped.creator);
    RowOfDumped(creator);
    if (creator == row) return;
    if (!is_there && match_.fits && facts_.at(creator).state == GoState::kUndetermined) {
      facts_.goroutines[creator].has_ended = true;
      facts_.goroutines[creator].ended_at = facts_.begin;
    }
    Goroutine& goroutine = facts_.goroutines[row];
    goroutine.creator = creator;
    goroutine.create_stack = stacks_.Frame(*dumped.created_by);
    if (facts_.stacks.traits(goroutine.start).is_runtime_own) return;
    const LineRow line_row = tables_.LineOf(creator, goroutine.create_stack, goroutine.start);
    Lineage& line = facts_.lines[line_row];
    facts_.goroutines[row].line = line_row;
    facts_.goroutines[row].round = line.born++;
    facts_.goroutines[row].call = facts_.calls[line.call];
    line.members.push_back(row);
  }

  Facts& facts_;
  const model::GoroutineDump& dump_;
  FactTables tables_;
  DumpStacks stacks_;
  DumpMatch match_;
  std::vector<GoroutineId> ids_;  // of the dump, ascending
  GoroutineId newest_ = model::kNoGoroutine;
};

// A stack as names and lines, without the runtime at either end: what a profile and a trace have in common.
std::string FrameText(const Stacks& stacks, StackId stack) {
  std::string text;
  for (LocationId location : stacks.trie().LeafFirst(stacks.UserPart(stack))) {
    if (stacks.traits(stacks.function(location)).is_runtime_own) continue;
    text += stacks.PlaceName(location);
    text += '\n';
  }
  return text;
}

}  // namespace

DumpMatch CompareDump(Facts& facts, const model::GoroutineDump& dump) { return Joiner(facts, dump).CompareAll(); }

DumpMatch JoinDump(Facts& facts, const model::GoroutineDump& dump) { return Joiner(facts, dump).Run(); }

LeakMatch JoinLeaks(Facts& facts, const model::Profile& leaks) {
  LeakMatch match;
  std::map<std::string, uint64_t> marked;  // by stack
  for (size_t i = 0; i < leaks.sample_count(); ++i) {
    const int64_t value = leaks.value_count() == 0 ? 0 : leaks.values(i)[0];
    if (value <= 0) continue;
    match.marked += static_cast<uint64_t>(value);
    marked[FrameText(facts.stacks, facts.stacks.Import(leaks.symbols, leaks.stacks, leaks.sample_stack[i]))] +=
        static_cast<uint64_t>(value);
  }
  facts.stacks.Forget();
  std::vector<Row> oldest_first;
  for (Row row = 0; row < facts.goroutines.size(); ++row) {
    if (facts.at(row).wait && !facts.at(row).has_ended) oldest_first.push_back(row);
  }
  // Where fewer are marked than wait at a stack, those that have waited longest are taken to be the ones.
  std::ranges::stable_sort(oldest_first, {},
                           [&](Row row) { return std::pair(facts.at(row).wait->since, facts.at(row).id); });
  for (Row row : oldest_first) {
    const auto at = marked.find(FrameText(facts.stacks, facts.at(row).wait->stack));
    if (at == marked.end() || at->second == 0) continue;
    --at->second;
    ++match.matched;
    facts.goroutines[row].is_proven = true;
  }
  return match;
}

}  // namespace analysis::deadlock
