#include "analysis/trace/state_spans.h"

#include <algorithm>

namespace analysis {

using model::Event;
using model::EventKind;
using model::GoState;

model::FunctionId OutermostFunction(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack) {
  model::FunctionId outermost;
  for (const model::LocationId at : stacks.LeafFirst(stack)) {
    const auto lines = symbols.lines(at);
    if (!lines.empty()) outermost = lines.back().function;
  }
  return outermost;
}

const StateSpan* StateSpans::See(const Event& event) {
  if (ended_now_ != model::kNoGoroutine) Erase(ended_now_);
  if (!begin_) begin_ = synced_ = event.time;
  end_ = event.time;
  if (event.kind == EventKind::kGoroutineState) return SeeGoroutine(event);
  if (event.kind == EventKind::kProcState) SeeProc(event);
  if (event.kind == EventKind::kSync) synced_ = event.time;
  return nullptr;
}

void StateSpans::Erase(model::GoroutineId goroutine) {
  const uint32_t row = *rows_.Find(static_cast<uint64_t>(goroutine));
  rows_.Erase(static_cast<uint64_t>(goroutine));
  lives_[row] = {};
  free_rows_.push_back(row);
  recent_row_ = kNoRow;
  ended_now_ = model::kNoGoroutine;
}

StateSpans::Life& StateSpans::Add(model::GoroutineId goroutine) {
  if (free_rows_.empty()) {
    free_rows_.push_back(static_cast<uint32_t>(lives_.size()));
    lives_.emplace_back();
  }
  const uint32_t row = free_rows_.back();
  free_rows_.pop_back();
  rows_.Add(static_cast<uint64_t>(goroutine), row);
  recent_ = goroutine;
  recent_row_ = row;
  return lives_[row];
}

uint32_t StateSpans::FindRow(model::GoroutineId goroutine) const {
  const uint32_t* const found = rows_.Find(static_cast<uint64_t>(goroutine));
  if (found == nullptr) return kNoRow;
  recent_ = goroutine;
  return recent_row_ = *found;
}

const StateSpan* StateSpans::SeeGoroutine(const Event& event) {
  Life* const known = Find(event.subject);
  const bool is_new = known == nullptr;
  Life& life = is_new ? Add(event.subject) : *known;
  const bool has_own_stack = event.subject_stack != model::StackTrie::root();
  if (!is_new && event.to == life.now.state) {  // said again, once a generation: nothing new but perhaps a stack
    if (has_own_stack && life.now.stack == model::StackTrie::root()) life.now.stack = event.subject_stack;
    NameStart(life, event.subject_stack);
    return nullptr;
  }
  const StateSpan* closed = nullptr;
  if (is_new) {
    life.origin.is_created_in_trace = event.from == GoState::kNotExist;
    life.origin.first_seen = life.origin.is_created_in_trace ? event.time : synced_;
    if (life.origin.is_created_in_trace) {
      life.origin.creator = event.goroutine;
      life.origin.creator_stack = event.stack;
    } else if (event.from != GoState::kUndetermined) {
      life.now.state = event.from;  // damage ate its beginning
      life.now.begin = synced_;
      life.now.goroutine = event.subject;
      life.now.began_before = true;
    }
  }
  if (life.now.state != GoState::kUndetermined) {
    closed_ = life.now;
    closed_.end = event.time;
    closed_.end_offset = event.offset;
    if (closed_.state == GoState::kWaiting && event.goroutine != event.subject) {
      closed_.ender = event.goroutine;
      closed_.ender_stack = event.stack;
    }
    if (closed_.state == GoState::kRunnable) closed_.proc = event.proc;
    closed = &closed_;
  }
  Begin(life, event);
  NameStart(life, event.subject_stack);
  if (event.to == GoState::kNotExist) {
    life.origin.ended = event.time;
    ended_now_ = event.subject;
  }
  return closed;
}

// Writes over the span that was, field by field: a new one that is copied there whole costs four times as much.
void StateSpans::Begin(Life& life, const Event& event) {
  StateSpan& span = life.now;
  const model::StackId own = event.subject_stack != model::StackTrie::root() ? event.subject_stack
                             : event.goroutine == event.subject              ? event.stack
                                                                             : model::StackTrie::root();
  const bool is_by_another = event.goroutine != event.subject && event.to == GoState::kRunnable;
  const bool is_executing = event.to == GoState::kRunning || event.to == GoState::kSyscall;
  if (span.state == GoState::kSyscall) LeaveSyscall(span);
  // A v1 trace also tells so of a thread that C made, which it has told the creation of.
  span.began_before = event.from == GoState::kUndetermined && span.state == GoState::kUndetermined;
  const bool is_first = span.goroutine == model::kNoGoroutine;
  span.goroutine = event.subject;
  span.state = event.to;
  span.reason = event.reason;
  span.reason_text = event.reason_text;
  span.begin = !span.began_before ? event.time : is_first ? synced_ : std::max(synced_, span.end);
  span.end = span.said_at = event.time;
  if (own != model::StackTrie::root()) span.stack = own;
  span.begin_stack = event.stack;
  span.begin_offset = event.offset;
  span.end_offset = 0;
  span.cause = is_by_another ? event.goroutine : model::kNoGoroutine;
  span.cause_stack = is_by_another ? event.stack : model::StackTrie::root();
  span.proc = is_executing ? event.proc : model::kNoProc;
  span.thread = is_executing ? event.thread : model::kNoThread;
  span.lost_proc_at.reset();
  if (event.to == GoState::kRunning && !life.origin.first_ran) life.origin.first_ran = event.time;
  if (event.to != GoState::kSyscall) return;
  if (event.proc == model::kNoProc) {
    span.lost_proc_at = span.begin;
  } else {
    in_syscall_[event.proc] = event.subject;
  }
}

void StateSpans::LeaveSyscall(const StateSpan& span) {
  const auto at = in_syscall_.find(span.proc);
  if (at != in_syscall_.end() && at->second == span.goroutine) in_syscall_.erase(at);
}

void StateSpans::SeeProc(const Event& event) {
  if (event.proc_to != model::ProcState::kIdle || event.proc_from == event.proc_to) return;
  const auto at = in_syscall_.find(event.subject);
  if (at == in_syscall_.end()) return;
  if (Life* const life = Find(at->second)) life->now.lost_proc_at = event.time;
  in_syscall_.erase(at);
}

void StateSpans::NameStart(Life& life, model::StackId stack) const {
  if (life.origin.start != model::FunctionId(0) || stack == model::StackTrie::root()) return;
  life.origin.start = OutermostFunction(source_->symbols(), source_->stacks(), stack);
}

std::vector<StateSpan> StateSpans::Open() const {
  std::vector<StateSpan> open;
  rows_.ForEach([&](uint64_t id, uint32_t row) {
    if (static_cast<model::GoroutineId>(id) == ended_now_) return;
    open.push_back(lives_[row].now);
    open.back().end = end_;
    open.back().is_open = true;
  });
  std::ranges::sort(open, {}, &StateSpan::goroutine);
  return open;
}

}  // namespace analysis
