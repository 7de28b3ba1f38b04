#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/event.h"
#include "model/event_source.h"
#include "model/id_map.h"

// A goroutine's life cut into spans of one state each: what nearly every question about a trace is a sum over.
// Spans of one goroutine tile the time from its first mention to its end (or the trace's): no gap, no overlap.
//
// A goroutine that is first mentioned with a state and no cause had been in it for longer; its first span then begins at the
// generation's first event, as golang.org/x/exp/trace's summary has it, and says so. Memory grows with live goroutines only.
namespace analysis {

struct StateSpan {
  model::GoroutineId goroutine = model::kNoGoroutine;
  model::GoState state = model::GoState::kUndetermined;
  model::BlockReason reason = model::BlockReason::kNone;  // Waiting, and Runnable after a preemption
  model::StringId reason_text;
  model::Time begin = 0;
  model::Time end = 0;
  model::Time said_at = 0;  // of the event that told of it: begin, but for those that began before
  model::StackId stack;     // of the goroutine: where it stopped to run; of a new one: what it will run
  model::GoroutineId cause = model::kNoGoroutine;  // who put it into this state: waker or creator
  model::StackId cause_stack;
  model::GoroutineId ender = model::kNoGoroutine;  // who took it out of it; only for Waiting
  model::StackId ender_stack;
  model::StackId begin_stack;           // of the event that began it, whoever's it is: what `go tool trace` calls the stack
  model::ProcId proc = model::kNoProc;  // Running and Syscall: where it began; Runnable: where it then ran
  model::ThreadId thread = model::kNoThread;
  std::optional<model::Time> lost_proc_at;  // Syscall: when its proc was handed to others
  bool began_before = false;                // it was in this state at its first mention
  bool is_open = false;                     // it still was at the end of the trace
  uint64_t begin_offset = 0;                // bytes of the records
  uint64_t end_offset = 0;

  int64_t duration() const { return end - begin; }
};

// What is known of a goroutine beside its states.
struct GoroutineOrigin {
  model::FunctionId start;  // outermost function of the first stack seen; row 0 = no stack was recorded
  model::GoroutineId creator = model::kNoGoroutine;  // unknown for those that are older than the trace
  model::StackId creator_stack;
  bool is_created_in_trace = false;
  model::Time first_seen = 0;  // created, or the begin of its first span
  std::optional<model::Time> first_ran;
  std::optional<model::Time> ended;
};

class StateSpans {
 public:
  explicit StateSpans(const model::EventSource& source) : source_(&source) {}

  // To be called for each event in order. The span that the event ended, or nullptr; valid until the next call.
  const StateSpan* See(const model::Event& event);

  // Spans that are still on, by goroutine, ended at the time of the last event.
  std::vector<StateSpan> Open() const;

  const StateSpan* current(model::GoroutineId goroutine) const {
    const Life* const life = Find(goroutine);
    return life == nullptr ? nullptr : &life->now;
  }
  // A number of its own for a goroutine, from its first mention on and during the call that ends it; then it goes to another
  // one. Good for a table by the side: they are dense. kNoRow for one that was never seen.
  static constexpr uint32_t kNoRow = UINT32_MAX;
  uint32_t row(model::GoroutineId goroutine) const {
    return goroutine == recent_ && recent_row_ != kNoRow ? recent_row_ : FindRow(goroutine);
  }
  // Until the goroutine has ended, and during the call that ends it. nullptr for one that was never seen. Good until the
  // next See, as is current's.
  const GoroutineOrigin* origin(model::GoroutineId goroutine) const {
    const Life* const life = Find(goroutine);
    return life == nullptr ? nullptr : &life->origin;
  }
  bool has_ended(model::GoroutineId goroutine) const { return ended_now_ == goroutine; }  // by the latest event

  model::Time begin() const { return begin_.value_or(0); }  // of the trace
  model::Time end() const { return end_; }

 private:
  struct Life {
    StateSpan now;
    GoroutineOrigin origin;
  };

  void Erase(model::GoroutineId goroutine);
  uint32_t FindRow(model::GoroutineId goroutine) const;
  Life& Add(model::GoroutineId goroutine);
  const Life* Find(model::GoroutineId goroutine) const {
    const uint32_t found = row(goroutine);
    return found == kNoRow ? nullptr : &lives_[found];
  }
  Life* Find(model::GoroutineId goroutine) { return const_cast<Life*>(std::as_const(*this).Find(goroutine)); }
  const StateSpan* SeeGoroutine(const model::Event& event);
  void SeeProc(const model::Event& event);
  void Begin(Life& life, const model::Event& event);
  void LeaveSyscall(const StateSpan& span);
  void NameStart(Life& life, model::StackId stack) const;

  const model::EventSource* source_;
  std::vector<Life> lives_;
  model::IdMap<uint32_t> rows_;                              // goroutine -> row of lives_
  mutable model::GoroutineId recent_ = model::kNoGoroutine;  // that was asked for last: questions come in bunches
  mutable uint32_t recent_row_ = kNoRow;
  std::vector<uint32_t> free_rows_;
  std::unordered_map<model::ProcId, model::GoroutineId> in_syscall_;
  StateSpan closed_;
  std::optional<model::Time> begin_;
  model::Time synced_ = 0;
  model::Time end_ = 0;
  model::GoroutineId ended_now_ = model::kNoGoroutine;
};

// The outermost function of a stack; row 0 for the empty one.
model::FunctionId OutermostFunction(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack);

}  // namespace analysis
