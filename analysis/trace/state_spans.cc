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
  if (ended_now_ != model::kNoGoroutine) {
    lives_.erase(ended_now_);
    ended_now_ = model::kNoGoroutine;
  }
  if (!begin_) begin_ = synced_ = event.time;
  end_ = event.time;
  if (event.kind == EventKind::kGoroutineState) return SeeGoroutine(event);
  if (event.kind == EventKind::kProcState) SeeProc(event);
  if (event.kind == EventKind::kSync) synced_ = event.time;
  return nullptr;
}

const StateSpan* StateSpans::SeeGoroutine(const Event& event) {
  const auto [at, is_new] = lives_.try_emplace(event.subject);
  Life& life = at->second;
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

void StateSpans::Begin(Life& life, const Event& event) {
  const model::StackId own = event.subject_stack != model::StackTrie::root() ? event.subject_stack
                             : event.goroutine == event.subject              ? event.stack
                                                                             : model::StackTrie::root();
  StateSpan next{
      .goroutine = event.subject,
      .state = event.to,
      .reason = event.reason,
      .reason_text = event.reason_text,
      .begin = event.time,
      .end = event.time,
      .said_at = event.time,
      .stack = own != model::StackTrie::root() ? own : life.now.stack,
      .begin_stack = event.stack,
      // A v1 trace also tells so of a thread that C made, which it has told the creation of.
      .began_before = event.from == GoState::kUndetermined && life.now.state == GoState::kUndetermined,
      .begin_offset = event.offset,
  };
  const bool is_first = life.now.goroutine == model::kNoGoroutine;
  if (next.began_before) next.begin = is_first ? synced_ : std::max(synced_, life.now.end);
  if (event.goroutine != event.subject && event.to == GoState::kRunnable) {
    next.cause = event.goroutine;
    next.cause_stack = event.stack;
  }
  if (event.to == GoState::kRunning || event.to == GoState::kSyscall) {
    next.proc = event.proc;
    next.thread = event.thread;
  }
  if (event.to == GoState::kRunning && !life.origin.first_ran) life.origin.first_ran = event.time;
  if (life.now.state == GoState::kSyscall) {
    const auto at = in_syscall_.find(life.now.proc);
    if (at != in_syscall_.end() && at->second == event.subject) in_syscall_.erase(at);
  }
  if (event.to == GoState::kSyscall && event.proc != model::kNoProc) in_syscall_[event.proc] = event.subject;
  if (event.to == GoState::kSyscall && event.proc == model::kNoProc) next.lost_proc_at = next.begin;
  life.now = next;
}

void StateSpans::SeeProc(const Event& event) {
  if (event.proc_to != model::ProcState::kIdle || event.proc_from == event.proc_to) return;
  const auto at = in_syscall_.find(event.subject);
  if (at == in_syscall_.end()) return;
  const auto life = lives_.find(at->second);
  if (life != lives_.end()) life->second.now.lost_proc_at = event.time;
  in_syscall_.erase(at);
}

void StateSpans::NameStart(Life& life, model::StackId stack) const {
  if (life.origin.start != model::FunctionId(0) || stack == model::StackTrie::root()) return;
  life.origin.start = OutermostFunction(source_->symbols(), source_->stacks(), stack);
}

std::vector<StateSpan> StateSpans::Open() const {
  std::vector<StateSpan> open;
  for (const auto& [id, life] : lives_) {
    if (id == ended_now_) continue;
    open.push_back(life.now);
    open.back().end = end_;
    open.back().is_open = true;
  }
  std::ranges::sort(open, {}, &StateSpan::goroutine);
  return open;
}

const StateSpan* StateSpans::current(model::GoroutineId goroutine) const {
  const auto at = lives_.find(goroutine);
  return at == lives_.end() ? nullptr : &at->second.now;
}

const GoroutineOrigin* StateSpans::origin(model::GoroutineId goroutine) const {
  const auto at = lives_.find(goroutine);
  return at == lives_.end() ? nullptr : &at->second.origin;
}

}  // namespace analysis
