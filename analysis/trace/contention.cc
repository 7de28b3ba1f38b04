#include "analysis/trace/contention.h"

#include <algorithm>

#include "analysis/frame_text.h"
#include "analysis/trace/contention_classes.h"

namespace analysis {
namespace {

using model::Event;
using model::GoState;

// Lines of different families are never the same thing; kNone: not contention.
Resource FamilyOf(Resource resource) {
  if (IsLock(resource)) return Resource::kMutex;
  if (IsChannel(resource)) return Resource::kChanSend;
  if (resource == Resource::kWaitGroup || resource == Resource::kCond) return resource;
  return Resource::kNone;
}

// Waits of some goroutines only: what the others waited for at the same time is not asked for.
bool IsNarrowed(const TraceFilterOptions& options) {
  return !options.goroutines.empty() || !options.start_function.empty() || !options.task.empty() || !options.region.empty();
}

}  // namespace

ContentionFinder::ContentionFinder(const model::EventSource& source, TraceFilter& filter, const StateSpans& spans)
    : source_(source),
      filter_(filter),
      spans_(spans),
      sites_(source),
      is_narrowed_(IsNarrowed(filter.options())),
      classes_(std::make_unique<ContentionClasses>()) {}

ContentionFinder::~ContentionFinder() = default;

Contention ContentionFinder::Finish() {
  for (const StateSpan& span : spans_.Open()) CountWait(span, LatestIn(spans_.row(span.goroutine)));
  const model::Time begin = filter_.Clip(spans_.begin()), end = filter_.Clip(spans_.end());
  const auto charging = is_narrowed_ ? ContentionClasses::Charging::kDirect : ContentionClasses::Charging::kByTime;
  return {.classes = classes_->Finish(end, charging), .begin = begin, .trace_ns = end - begin};
}

ContentionFinder::Wait& ContentionFinder::LatestIn(uint32_t row) {
  if (row >= latest_.size()) latest_.resize(row + size_t{1});
  return latest_[row];
}

void ContentionFinder::See(const Event& event, const StateSpan* ended) {
  filter_.See(event);
  if (event.kind != model::EventKind::kGoroutineState || event.from == event.to) return;
  const uint32_t row = spans_.row(event.subject);
  if (row == StateSpans::kNoRow) return;
  Wait& latest = LatestIn(row);
  if (ended != nullptr) {
    CountWait(*ended, latest);
    EndWait(*ended, latest);
  }
  if (event.to == GoState::kWaiting) {
    BeginWait(event, latest);
  } else if (event.to == GoState::kNotExist) {
    latest = {};
  }
}

void ContentionFinder::BeginWait(const Event& event, Wait& wait) {
  const StateSpan* span = spans_.current(event.subject);
  const WaitSite at = sites_.Of(span->stack, span->reason);
  // By this stack: that of a goroutine that is older than the trace may name its start before the origin does.
  const Resource family = at.is_of_the_runtime ? Resource::kNone : FamilyOf(at.resource);
  if (family == Resource::kNone) {
    wait = {.is_known = true};
    return;
  }
  wait.is_known = true;
  // Woken, ran, and waits again at the same place: it was woken in vain and keeps its place in the queue.
  const bool is_again = wait.stack == span->stack && wait.spans_since == 2;
  wait.queued_at = is_again ? wait.queued_at : span->begin;
  wait.stack = span->stack;
  wait.where = at.call == model::StackTrie::root() ? kNoFrame : source_.stacks().location(at.call);
  wait.resource = at.resource;
  wait.site = classes_->SiteOf(at.resource == Resource::kSelect ? Resource::kSelect : family, wait.where);
  wait.is_on = true;
  wait.spans_since = 0;
  classes_->BeginWait(wait.site,
                      {.goroutine = event.subject,
                       .resource = wait.resource,
                       .queued_at = wait.queued_at,
                       .begin = filter_.Clip(span->begin)},
                      filter_.Clip(event.time));
}

void ContentionFinder::EndWait(const StateSpan& span, Wait& wait) {
  if (!wait.is_known) return;
  if (span.state != GoState::kWaiting || !wait.is_on) {
    ++wait.spans_since;
    return;
  }
  wait.is_on = false;
  wait.handovers = 0;
  const model::Time now = filter_.Clip(span.end);
  const WaitSite waker = sites_.Of(span.ender_stack, model::BlockReason::kNone);
  const bool is_asked_for = !is_narrowed_ || counted_ns_ > 0;
  if (is_asked_for && waker.call != model::StackTrie::root() && FamilyOf(waker.released) == FamilyOf(wait.resource)) {
    Charge(wait, waker, span, now);
  }
  classes_->EndWait(wait.site, span.goroutine, wait.queued_at, now);
}

void ContentionFinder::Charge(Wait& wait, const WaitSite& waker, const StateSpan& span, model::Time now) {
  const model::LocationId where = source_.stacks().location(waker.call);
  const bool is_select = wait.resource == Resource::kSelect || waker.released == Resource::kSelect;
  if (!is_select) classes_->Join(wait.site, classes_->SiteOf(FamilyOf(wait.resource), where));
  classes_->Charge(wait.site, {.waker = span.ender, .where = where, .at = span.end}, span.ender_stack, counted_ns_, now);
  const uint32_t holder = spans_.row(span.ender);
  if (holder >= latest_.size() || !latest_[holder].is_known) return;
  if (latest_[holder].is_on || latest_[holder].spans_since > 2) return;
  if (latest_[holder].resource != wait.resource) return;
  wait.handovers = latest_[holder].handovers + 1;
  classes_->SeeHandover(wait.site, wait.handovers);
}

void ContentionFinder::CountWait(const StateSpan& span, const Wait& wait) {
  const std::span<const StateSpan> parts = filter_.Cut(span, spans_.origin(span.goroutine));
  counted_ns_ = 0;
  if (span.state != GoState::kWaiting) return;
  if (!wait.is_on) return;
  for (const StateSpan& part : parts) {
    classes_->CountWait(wait.site, wait.resource, wait.where, part);
    counted_ns_ += part.duration();
  }
}

Contention FindContention(model::EventSource& source, TraceFilter& filter) {
  StateSpans spans(source);
  ContentionFinder finder(source, filter, spans);
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const Event& event : batch) finder.See(event, spans.See(event));
  }
  return finder.Finish();
}

}  // namespace analysis
