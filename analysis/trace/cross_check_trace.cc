#include <algorithm>

#include "analysis/frame_text.h"
#include "analysis/trace/cross_check.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/wait_site.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

// What the runtime's block profile counts: waits for another goroutine.
bool IsInBlockProfile(Resource resource) {
  return IsLock(resource) || IsChannel(resource) || resource == Resource::kWaitGroup || resource == Resource::kCond;
}

class Summariser {
 public:
  explicit Summariser(model::EventSource& source) : source_(source), spans_(source), sites_(source) {}

  TraceSide Summarise() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    for (const StateSpan& span : spans_.Open()) {
      SeeSpan(span);
      ++found_.live[StartOf(span.goroutine)];
    }
    found_.length = spans_.end() - spans_.begin();
    const model::Symbols& symbols = source_.symbols();
    for (uint32_t id = 1; id < symbols.functions().size(); ++id) {
      ++found_.functions[std::string(symbols.function_name(model::FunctionId(id)))];
    }
    return std::move(found_);
  }

 private:
  void See(const Event& event) {
    if (const StateSpan* span = spans_.See(event)) SeeSpan(*span);
    if (event.kind == EventKind::kSync && event.wall_ns != 0 && !found_.begin_unix_ns) {
      found_.begin_unix_ns = event.wall_ns - (event.time - spans_.begin());
    }
    if (event.kind == EventKind::kCpuSample) {
      ++found_.sample_count;
      ++found_.samples[FunctionOf(sites_.CallOf(event.stack), event.stack)];
    }
  }

  std::string StartOf(model::GoroutineId goroutine) const {
    const GoroutineOrigin* origin = spans_.origin(goroutine);
    return origin == nullptr ? "" : std::string(source_.symbols().function_name(origin->start));
  }

  // Of the program's own line, or of the root where all is library.
  std::string FunctionOf(model::StackId call, model::StackId stack) const {
    model::StackId at = call == model::StackTrie::root() ? stack : call;
    if (at == model::StackTrie::root()) return "(no stack)";
    while (call == model::StackTrie::root() && source_.stacks().caller(at) != model::StackTrie::root()) {
      at = source_.stacks().caller(at);
    }
    const auto lines = source_.symbols().lines(source_.stacks().location(at));
    return lines.empty() ? "(no function)" : std::string(source_.symbols().function_name(lines.front().function));
  }

  std::string Line(model::StackId call) const {
    return call == model::StackTrie::root() ? "" : FrameText(source_.symbols(), source_.stacks().location(call));
  }

  void SeeSpan(const StateSpan& span) {
    if (span.state == GoState::kRunning) found_.running_ns += span.duration();
    if (span.state == GoState::kRunnable) found_.ready_ns += span.duration();
    if (span.state != GoState::kWaiting) return;
    const WaitSite site = sites_.Of(span.stack, span.reason);
    found_.blocked_in[FunctionOf(site.call, span.stack)] += span.duration();
    if (!IsInBlockProfile(site.resource)) return;
    Count(found_.waits[Line(site.call)], span);
    if (IsLock(site.resource) && !span.is_open) Count(found_.unlocks[Line(sites_.CallOf(span.ender_stack))], span);
  }

  static void Count(TraceSide::Waits& row, const StateSpan& span) {
    ++(span.is_open ? row.open : row.finished);
    (span.is_open ? row.open_ns : row.finished_ns) += span.duration();
  }

  model::EventSource& source_;
  StateSpans spans_;
  WaitSites sites_;
  TraceSide found_;
};

}  // namespace

TraceSide SummariseForCheck(model::EventSource& source) { return Summariser(source).Summarise(); }

}  // namespace analysis
