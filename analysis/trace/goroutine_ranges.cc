#include "analysis/trace/goroutine_ranges.h"

namespace analysis {

using model::EventKind;
using model::RangeScope;

std::optional<GoroutineRanges::Ended> GoroutineRanges::See(const model::Event& event) {
  if (event.kind == EventKind::kSync) synced_ = event.time;
  const bool begins = event.kind == EventKind::kRangeBegin || event.kind == EventKind::kRangeActive;
  if (!begins && event.kind != EventKind::kRangeEnd) return std::nullopt;
  model::GoroutineId goroutine = model::kNoGoroutine;
  if (event.scope == RangeScope::kGoroutine) {
    goroutine = event.subject;
  } else if (event.scope == RangeScope::kProc) {
    const std::pair key(event.subject, event.name);
    const auto at = on_proc_.find(key);
    if (begins) {
      on_proc_[key] = goroutine = event.goroutine;
    } else if (at != on_proc_.end()) {
      if (at->second == event.goroutine) goroutine = event.goroutine;
      on_proc_.erase(at);
    }
  }
  if (goroutine == model::kNoGoroutine) return std::nullopt;
  const std::pair key(goroutine, event.name);
  if (begins) {
    begun_.try_emplace(key, event.kind == EventKind::kRangeActive ? synced_ : event.time);
    return std::nullopt;
  }
  const auto at = begun_.find(key);
  if (at == begun_.end()) return std::nullopt;
  const Ended ended{.goroutine = goroutine, .name = event.name, .begin = at->second};
  begun_.erase(at);
  return ended;
}

void GoroutineRanges::Forget(model::GoroutineId goroutine) {
  auto at = begun_.lower_bound({goroutine, model::StringId(0)});
  while (at != begun_.end() && at->first.first == goroutine) at = begun_.erase(at);
}

}  // namespace analysis
