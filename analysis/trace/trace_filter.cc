#include "analysis/trace/trace_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/trace/task_id.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;

constexpr size_t kNamesListed = 20;

std::string Listed(const model::Symbols& symbols, const std::unordered_set<model::StringId>& ids) {
  std::set<std::string_view> names;
  for (const model::StringId id : ids) names.insert(symbols.text(id));
  if (names.empty()) return "none";
  std::string text;
  size_t listed = 0;
  for (const std::string_view name : names) {
    if (listed++ == kNamesListed) return text + fmt::format(" and {} more", names.size() - kNamesListed);
    text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  }
  return text;
}

}  // namespace

bool TraceFilterOptions::empty() const {
  return !from_ns && !to_ns && goroutines.empty() && start_function.empty() && task.empty() && region.empty();
}

TraceFilter::TraceFilter(TraceFilterOptions options, const model::EventSource& source)
    : options_(std::move(options)), takes_all_(options_.empty()), source_(&source), task_id_(TaskIdIn(options_.task)) {}

void TraceFilter::SeeNarrowed(const Event& event) {
  if (!begin_) begin_ = event.time;
  end_ = event.time;
  switch (event.kind) {
    case EventKind::kTaskBegin:
      return SeeTaskBegin(event);
    case EventKind::kTaskEnd:
      return SeeTaskEnd(event);
    case EventKind::kRegionBegin:
    case EventKind::kRegionEnd:
      return SeeRegion(event);
    default:
      return;
  }
}

bool TraceFilter::MatchesTask(const Event& event) {
  const auto id = static_cast<model::TaskId>(event.subject);
  if (options_.task.empty()) return false;
  return task_id_ ? *task_id_ == id : source_->symbols().text(event.name) == options_.task;
}

void TraceFilter::SeeTaskBegin(const Event& event) {
  task_types_.insert(event.name);
  if (!MatchesTask(event)) return;
  const auto id = static_cast<model::TaskId>(event.subject);
  met_task_ = true;
  matching_tasks_.insert(id);
  if (!options_.region.empty() || !begun_tasks_.try_emplace(id, event.goroutine).second) return;
  Enter(event.goroutine, event.time);
}

void TraceFilter::SeeTaskEnd(const Event& event) {
  task_types_.insert(event.name);
  if (MatchesTask(event)) met_task_ = true;
  const auto at = begun_tasks_.find(static_cast<model::TaskId>(event.subject));
  if (at == begun_tasks_.end()) return;
  Leave(at->second, event.time);
  begun_tasks_.erase(at);
}

void TraceFilter::SeeRegion(const Event& event) {
  region_types_.insert(event.name);
  const auto task = static_cast<model::TaskId>(event.subject);
  const bool is_of_task = options_.task.empty() || matching_tasks_.contains(task) || (task_id_ && *task_id_ == task);
  const bool is_of_type = options_.region.empty() || source_->symbols().text(event.name) == options_.region;
  if ((options_.task.empty() && options_.region.empty()) || !is_of_task || !is_of_type) return;
  met_region_ = true;
  if (!options_.task.empty()) met_task_ = true;
  if (event.kind == EventKind::kRegionBegin) {
    Enter(event.goroutine, event.time);
  } else {
    Leave(event.goroutine, event.time);
  }
}

void TraceFilter::Enter(model::GoroutineId goroutine, model::Time time) {
  Membership& member = members_[goroutine];
  if (member.depth++ == 0) member.since = time;
}

void TraceFilter::Leave(model::GoroutineId goroutine, model::Time time) {
  const auto at = members_.find(goroutine);
  if (at == members_.end() || at->second.depth == 0) return;  // begun before the trace
  if (--at->second.depth == 0) at->second.parts.emplace_back(at->second.since, time);
}

bool TraceFilter::Wants(model::GoroutineId goroutine, const GoroutineOrigin* origin) const {
  if (!options_.goroutines.empty() && std::ranges::find(options_.goroutines, goroutine) == options_.goroutines.end())
    return false;
  if (options_.start_function.empty()) return true;
  return origin != nullptr && source_->symbols().function_name(origin->start) == options_.start_function;
}

std::span<const StateSpan> TraceFilter::CutNarrowed(const StateSpan& span, const GoroutineOrigin* origin) {
  parts_.clear();
  if (!options_.goroutines.empty()) met_goroutines_.insert(span.goroutine);
  const bool is_by_work = !options_.task.empty() || !options_.region.empty();
  const bool is_wanted = Wants(span.goroutine, origin);
  met_start_ |= is_wanted;
  if (!is_by_work) {
    if (is_wanted) AddPart(span, span.begin, span.end);
    return parts_;
  }
  const auto at = members_.find(span.goroutine);
  if (at == members_.end()) return parts_;
  Membership& member = at->second;
  if (is_wanted) {
    for (const auto& [begin, end] : member.parts) AddPart(span, begin, end);
    if (member.depth > 0) AddPart(span, member.since, span.end);
  }
  member.parts.clear();
  if (member.depth == 0) members_.erase(at);
  return parts_;
}

void TraceFilter::AddPart(const StateSpan& span, model::Time begin, model::Time end) {
  begin = std::max(begin, span.begin);
  end = std::min(end, span.end);
  if (options_.from_ns) begin = std::max(begin, *begin_ + *options_.from_ns);
  if (options_.to_ns) end = std::min(end, *begin_ + *options_.to_ns);
  if (begin > end || (begin == end && span.begin != span.end)) return;
  parts_.push_back(span);
  parts_.back().begin = begin;
  parts_.back().end = end;
}

model::Time TraceFilter::Clip(model::Time time) const {
  if (options_.from_ns) time = std::max(time, begin_.value_or(0) + *options_.from_ns);
  if (options_.to_ns) time = std::min(time, begin_.value_or(0) + *options_.to_ns);
  return time;
}

bool TraceFilter::Takes(model::Time time, model::GoroutineId goroutine, const GoroutineOrigin* origin) {
  if (options_.from_ns && time < *begin_ + *options_.from_ns) return false;
  if (options_.to_ns && time > *begin_ + *options_.to_ns) return false;
  if (!Wants(goroutine, origin)) return false;
  if (options_.task.empty() && options_.region.empty()) return true;
  const auto at = members_.find(goroutine);
  return at != members_.end() && at->second.depth > 0;
}

std::string TraceFilter::Unmet() const {
  const int64_t length = end_ - begin_.value_or(0);
  if (options_.from_ns && *options_.from_ns > length) {
    return fmt::format("--from {}: the trace is only {} long", model::FormatValue(*options_.from_ns, "nanoseconds"),
                       model::FormatValue(length, "nanoseconds"));
  }
  for (const model::GoroutineId id : options_.goroutines) {
    if (!met_goroutines_.contains(id)) return fmt::format("--goroutine {}: no such goroutine in this trace", id);
  }
  if (!options_.start_function.empty() && !met_start_) {
    return fmt::format("--start {}: no goroutine was started with that function", options_.start_function);
  }
  const model::Symbols& symbols = source_->symbols();
  if (!options_.task.empty() && !met_task_) {
    return fmt::format("--task {}: no such task; types in this trace: {}", options_.task, Listed(symbols, task_types_));
  }
  if (!options_.region.empty() && !met_region_) {
    return fmt::format("--region {}: no such region; types in this trace: {}", options_.region,
                       Listed(symbols, region_types_));
  }
  return "";
}

}  // namespace analysis
