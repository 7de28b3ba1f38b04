#include "analysis/trace/trace_part.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/input_error.h"
#include "model/units.h"

namespace analysis {

using model::Event;
using model::EventKind;
using model::GoState;

TracePart::TracePart(std::string name, std::unique_ptr<model::EventSource> source, const TraceFilterOptions& window)
    : name_(std::move(name)), source_(std::move(source)), window_(window) {}

std::span<const Event> TracePart::Next() {
  while (!is_over_) {
    auto batch = source_->Next();
    if (batch.empty()) break;
    if (!zero_) zero_ = batch.front().time;
    last_ = batch.back().time;
    if (!has_begun_) batch = Begin(batch);
    if (batch.empty()) continue;
    if (!window_.to_ns || last_ <= *zero_ + *window_.to_ns) return batch;

    const model::Time end = *zero_ + *window_.to_ns;
    const auto after = std::ranges::upper_bound(batch, end, {}, &Event::time);
    std::vector<Event> last(batch.begin(), after);
    last.push_back({.time = end, .kind = EventKind::kSync});
    told_ = std::move(last);
    is_over_ = true;
    return told_;
  }
  if (has_begun_ || !zero_) return {};
  throw model::UsageError(fmt::format("{}: --from {}: the trace is only {} long", name_,
                                      model::FormatValue(*window_.from_ns, "nanoseconds"),
                                      model::FormatValue(last_ - *zero_, "nanoseconds")));
}

// What of the batch lies in the part, behind what was so when it began.
std::span<const Event> TracePart::Begin(std::span<const Event> batch) {
  const auto first = std::ranges::lower_bound(batch, begin(), {}, &Event::time);
  for (auto at = batch.begin(); at != first; ++at) Remember(*at);
  has_begun_ = first != batch.end();
  if (!has_begun_ || (first == batch.begin() && begin() == *zero_)) return has_begun_ ? batch : std::span<const Event>();
  TellWhatWasSo();
  told_.insert(told_.end(), first, batch.end());
  return told_;
}

void TracePart::Remember(const Event& event) {
  switch (event.kind) {
    case EventKind::kSync:
      sync_ = event;
      return;
    case EventKind::kMetric:
      metrics_[event.name] = event;
      return;
    case EventKind::kLabel:
      labels_[event.subject] = event;
      return;
    case EventKind::kProcState:
      procs_[event.subject] = event;
      return;
    case EventKind::kGoroutineState:
      return RememberState(event);
    case EventKind::kRangeBegin:
    case EventKind::kRangeActive:
      ranges_[{event.scope, event.subject, event.name}] = event;
      return;
    case EventKind::kRangeEnd:
      ranges_.erase({event.scope, event.subject, event.name});
      return;
    default:
      return;
  }
}

void TracePart::RememberState(const Event& event) {
  if (event.to == GoState::kNotExist) {
    goroutines_.erase(event.subject);
    labels_.erase(event.subject);
    return;
  }
  Event& known = goroutines_[event.subject];
  const model::StackId own = event.subject_stack != model::StackTrie::root() ? event.subject_stack
                             : event.goroutine == event.subject              ? event.stack
                                                                             : model::StackTrie::root();
  const model::StackId stack = own != model::StackTrie::root() ? own : known.subject_stack;
  if (known.to != event.to) known = event;  // else said again, and perhaps without the reason
  known.subject_stack = stack;
}

void TracePart::TellWhatWasSo() {
  told_.clear();
  if (sync_.wall_ns != 0) sync_.wall_ns += begin() - sync_.time;
  sync_.kind = EventKind::kSync;
  Tell(sync_);
  for (const auto& [name, event] : metrics_) Tell(event);
  for (auto [proc, event] : procs_) {
    event.proc_from = model::ProcState::kUndetermined;
    if (event.proc_to != model::ProcState::kNotExist) Tell(event);
  }
  for (auto [id, event] : goroutines_) {
    const bool is_executing = event.to == GoState::kRunning || event.to == GoState::kSyscall;
    const auto proc = procs_.find(event.proc);
    const bool has_proc = is_executing && proc != procs_.end() && proc->second.proc_to == model::ProcState::kRunning;
    event.from = GoState::kUndetermined;
    event.goroutine = model::kNoGoroutine;
    event.stack = model::StackTrie::root();
    if (!has_proc) event.proc = model::kNoProc;
    if (!is_executing) event.thread = model::kNoThread;
    Tell(event);
  }
  for (const auto& [id, event] : labels_) Tell(event);
  for (auto [key, event] : ranges_) {
    event.kind = EventKind::kRangeActive;
    Tell(event);
  }
}

void TracePart::Tell(Event event) {
  event.time = begin();
  told_.push_back(event);
}

}  // namespace analysis
