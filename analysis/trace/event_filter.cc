#include "analysis/trace/event_filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/units.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::RangeScope;

bool IsAboutGoroutine(const Event& event) {
  const bool is_range = event.kind >= EventKind::kRangeBegin && event.kind <= EventKind::kRangeEnd;
  return event.kind == EventKind::kGoroutineState || event.kind == EventKind::kLabel ||
         (is_range && event.scope == RangeScope::kGoroutine);
}

bool IsAboutProc(const Event& event) {
  const bool is_range = event.kind >= EventKind::kRangeBegin && event.kind <= EventKind::kRangeEnd;
  return event.kind == EventKind::kProcState || (is_range && event.scope == RangeScope::kProc);
}

}  // namespace

EventFilter::EventFilter(EventFilterOptions options)
    : options_(std::move(options)),
      goroutines_(Ids(options_.goroutines)),
      procs_(Ids(options_.procs)),
      threads_(Ids(options_.threads)) {
  wanted_.fill(options_.kinds.empty());
  for (const EventKind kind : options_.kinds) wanted_[static_cast<size_t>(kind)] = true;
}

std::vector<EventFilter::Id> EventFilter::Ids(const std::vector<int64_t>& ids) {
  std::vector<Id> rows;
  for (const int64_t id : ids) rows.push_back({.id = id});
  return rows;
}

bool EventFilter::Takes(const Event& event) {
  if (!begin_) begin_ = event.time;
  const int64_t since = event.time - *begin_;
  if (options_.to_ns && since > *options_.to_ns) {
    is_over_ = true;
    return false;
  }
  end_ = event.time;
  ++seen_[static_cast<size_t>(event.kind)];
  const auto meets = [](std::vector<Id>& ids, int64_t who, bool is_about, int64_t subject) {
    bool any = ids.empty();
    for (Id& row : ids) {
      if (row.id != who && !(is_about && row.id == subject)) continue;
      row.is_met = any = true;
    }
    return any;
  };
  const bool of_goroutine = meets(goroutines_, event.goroutine, IsAboutGoroutine(event), event.subject);
  const bool of_proc = meets(procs_, event.proc, IsAboutProc(event), event.subject);
  const bool of_thread = meets(threads_, event.thread, false, -1);
  const bool is_late_enough = !options_.from_ns || since >= *options_.from_ns;
  const bool takes = of_goroutine && of_proc && of_thread && is_late_enough && wanted_[static_cast<size_t>(event.kind)];
  taken_ += takes;
  return takes;
}

std::string EventFilter::Unmet() const {
  const std::string until = is_over_ ? fmt::format(" up to {}", model::FormatValue(*options_.to_ns, "nanoseconds")) : "";
  const int64_t length = end_ - begin();
  if (options_.from_ns && *options_.from_ns > length && !is_over_) {
    return fmt::format("--from {}: the trace is only {} long", model::FormatValue(*options_.from_ns, "nanoseconds"),
                       model::FormatValue(length, "nanoseconds"));
  }
  const auto unmet = [&](const std::vector<Id>& ids, const char* what) {
    const auto at = std::ranges::find(ids, false, &Id::is_met);
    return at == ids.end() ? "" : fmt::format("--{} {}: no event of this {} in this trace{}", what, at->id, what, until);
  };
  for (const std::string& text : {unmet(goroutines_, "goroutine"), unmet(procs_, "proc"), unmet(threads_, "thread")}) {
    if (!text.empty()) return text;
  }
  for (const EventKind kind : options_.kinds) {
    if (seen_[static_cast<size_t>(kind)] != 0) continue;
    std::string others;
    for (size_t i = 0; i < seen_.size(); ++i) {
      if (seen_[i] != 0) others += fmt::format("{}{}", others.empty() ? "" : ", ", Name(EventKind(i)));
    }
    return fmt::format("--kind {}: no such event in this trace{}; it has: {}", Name(kind), until, others);
  }
  return taken_ != 0 ? "" : fmt::format("no event{} is all that was asked for at once", until);
}

}  // namespace analysis
