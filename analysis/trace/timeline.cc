#include "analysis/trace/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "analysis/frame_text.h"
#include "analysis/trace/state_spans.h"
#include "analysis/trace/timeline_lanes.h"
#include "analysis/trace/trace_notes.h"
#include "analysis/trace/wait_site.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;
using model::LaneKind;
using model::StringId;
using model::TimelineSpan;

constexpr size_t kStateCount = 6;

// What may overlap on one owner: each takes the lowest row that is free.
struct OpenSpan {
  StringId name;  // of the source
  uint64_t task = 0;
  uint32_t row = 0;
  TimelineSpan span;
};

class Drawing {
 public:
  Drawing(model::EventSource& source, TraceFilter& filter, const TimelineOptions& options)
      : source_(source),
        filter_(filter),
        options_(options),
        spans_(source),
        sites_(source),
        lanes_(options.resolution_ns, options.limit) {}

  model::Timeline Draw() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    for (const StateSpan& span : spans_.Open()) DrawState(span);
    for (auto& [owner, open] : open_) {
      for (OpenSpan& row : open) Close(owner, row, spans_.end(), true);
    }
    model::Timeline timeline = lanes_.Finish();
    timeline.version = source_.info().version;
    timeline.lost_share = LostShare(source_.info());
    timeline.begin_ns = Since(filter_.Clip(spans_.begin()));
    timeline.end_ns = Since(filter_.Clip(spans_.end()));
    return timeline;
  }

 private:
  using Owner = std::pair<LaneKind, int64_t>;

  int64_t Since(model::Time time) const { return time - spans_.begin(); }
  std::string_view Text(StringId id) const { return source_.symbols().text(id); }
  bool IsInWindow(model::Time time) const { return filter_.Clip(time) == time; }

  StringId Copied(StringId id) {
    if (id.index() >= copied_.size()) copied_.resize(id.index() + 1);
    if (copied_[id.index()] == StringId(0)) copied_[id.index()] = lanes_.Intern(Text(id));
    return copied_[id.index()];
  }

  // The line a goroutine stopped at, below the library.
  StringId Site(model::StackId stack) {
    const model::StackId call = sites_.CallOf(stack);
    if (call.index() >= site_.size()) site_.resize(call.index() + 1);
    StringId& site = site_[call.index()];
    if (site == StringId(0) && call != model::StackTrie::root()) {
      site = lanes_.Intern(FrameText(source_.symbols(), source_.stacks().location(call)));
    }
    return site;
  }

  void See(const Event& event) {
    filter_.See(event);
    const StateSpan* ended = spans_.See(event);
    if (ended != nullptr) DrawState(*ended);
    switch (event.kind) {
      case EventKind::kGoroutineState:
        return SeeState(event, ended);
      case EventKind::kProcState:
        return SeeProc(event);
      case EventKind::kRangeBegin:
      case EventKind::kRangeActive:
      case EventKind::kRangeEnd:
        return SeeRange(event);
      case EventKind::kTaskBegin:
      case EventKind::kTaskEnd:
        return SeeTask(event);
      case EventKind::kRegionBegin:
      case EventKind::kRegionEnd:
        return SeeRegion(event);
      case EventKind::kLog:
      case EventKind::kCpuSample:
        return SeeMoment(event);
      case EventKind::kMetric:
        return SeeMetric(event);
      default:
        return;
    }
  }

  void SeeState(const Event& event, const StateSpan* ended) {
    if (ended != nullptr && event.from != event.to) --in_state_[static_cast<size_t>(ended->state)];
    const bool is_said_again = ended == nullptr && spans_.current(event.subject)->begin_offset != event.offset;
    if (!is_said_again) ++in_state_[static_cast<size_t>(event.to)];
    if (event.to == GoState::kSyscall && event.proc != model::kNoProc) in_syscall_[event.proc] = event.subject;
    CountStates(event.time);
    if (!spans_.has_ended(event.subject)) return;
    lanes_.End(event.subject);
    named_.erase(event.subject);
    open_.erase({LaneKind::kRegion, event.subject});
  }

  void CountStates(model::Time time) {
    if (!IsInWindow(time)) return;
    const auto count = [&](const char* name, GoState state) {
      lanes_.Count(name, "count", Since(time), in_state_[static_cast<size_t>(state)]);
    };
    count("goroutines running", GoState::kRunning);
    count("goroutines runnable", GoState::kRunnable);
    count("goroutines waiting", GoState::kWaiting);
    count("goroutines in system calls", GoState::kSyscall);
  }

  // A proc that was taken from a system call: from here on others run on it, so what it did ends now.
  void SeeProc(const Event& event) {
    if (event.proc_to != model::ProcState::kIdle) return;
    const auto at = in_syscall_.find(event.subject);
    if (at == in_syscall_.end()) return;
    const model::GoroutineId goroutine = at->second;
    in_syscall_.erase(at);
    const StateSpan* span = spans_.current(goroutine);
    if (span == nullptr || span->state != GoState::kSyscall || span->proc != event.subject) return;
    if (!filter_.Takes(filter_.Clip(event.time), goroutine, spans_.origin(goroutine))) return;
    DrawSyscall(*span, filter_.Clip(span->begin), filter_.Clip(event.time));
  }

  void DrawSyscall(const StateSpan& span, model::Time begin, model::Time end) {
    if (begin >= end) return;
    lanes_.Add(LaneKind::kProc, span.proc, 0,
               {.begin = Since(begin),
                .end = Since(end),
                .subject = span.goroutine,
                .name = lanes_.Intern("system call"),
                .site = Site(span.stack)});
  }

  void DrawState(const StateSpan& span) {
    if (span.state == GoState::kNotExist || span.state == GoState::kUndetermined) return;
    const GoroutineOrigin* origin = spans_.origin(span.goroutine);
    for (const StateSpan& part : filter_.Cut(span, origin)) {
      if (options_.has_goroutines) DrawGoroutine(part, span, origin);
      DrawWhere(part, span, origin);
    }
  }

  void DrawGoroutine(const StateSpan& part, const StateSpan& whole, const GoroutineOrigin* origin) {
    const int64_t other = part.state == GoState::kRunning   ? part.proc
                          : part.state == GoState::kWaiting ? part.ender
                                                            : part.cause;
    lanes_.Add(LaneKind::kGoroutine, part.goroutine, 0,
               {.begin = Since(part.begin),
                .end = Since(part.end),
                .subject = other,
                .name = State(part),
                .site = Site(part.stack),
                .began_before = part.began_before && part.begin == whole.begin,
                .is_open = part.is_open && part.end == whole.end});
    NameGoroutine(part.goroutine, origin);
    if (part.state != GoState::kRunnable || part.cause == model::kNoGoroutine || part.begin != whole.begin) return;
    if (!filter_.Takes(part.begin, part.cause, spans_.origin(part.cause))) return;
    lanes_.Arrow(part.cause, part.goroutine, Since(part.begin),
                 origin->is_created_in_trace && origin->first_seen == part.begin);
    NameGoroutine(part.cause, spans_.origin(part.cause));
  }

  // A start function is learned at the first stack, which may come late.
  void NameGoroutine(model::GoroutineId goroutine, const GoroutineOrigin* origin) {
    const bool is_known = origin != nullptr && origin->start != model::FunctionId(0);
    const auto [at, is_new] = named_.try_emplace(goroutine, is_known);
    if (!is_new && (at->second || !is_known)) return;
    at->second = is_known;
    const std::string_view start = is_known ? source_.symbols().function_name(origin->start) : "";
    lanes_.Name(LaneKind::kGoroutine, goroutine, 0, fmt::format("g{}{}{}", goroutine, is_known ? " " : "", start));
  }

  void DrawWhere(const StateSpan& part, const StateSpan& whole, const GoroutineOrigin* origin) {
    if (part.state != GoState::kRunning && part.state != GoState::kSyscall) return;
    TimelineSpan span{.begin = Since(part.begin), .end = Since(part.end), .subject = part.goroutine};
    span.began_before = part.began_before && part.begin == whole.begin;
    span.is_open = part.is_open && part.end == whole.end;
    span.name = origin == nullptr || origin->start == model::FunctionId(0)
                    ? lanes_.Intern("(no stack was recorded)")
                    : Copied(source_.symbols().functions()[origin->start].name);
    if (part.state == GoState::kRunning && part.proc != model::kNoProc) lanes_.Add(LaneKind::kProc, part.proc, 0, span);
    if (part.state == GoState::kSyscall) {
      const auto at = in_syscall_.find(part.proc);
      if (at != in_syscall_.end() && at->second == part.goroutine) {
        DrawSyscall(part, part.begin, part.end);
        if (!part.is_open) in_syscall_.erase(at);
      }
      span.name = lanes_.Intern("system call");
      span.site = Site(part.stack);
    }
    if (options_.has_threads && part.thread != model::kNoThread) lanes_.Add(LaneKind::kThread, part.thread, 0, span);
  }

  StringId Kept(StringId& known, std::string_view before, std::string_view name) {
    if (known == StringId(0)) known = lanes_.Intern(fmt::format("{}{}", before, name));
    return known;
  }

  StringId State(const StateSpan& span) {
    if (span.state != GoState::kWaiting)
      return Kept(state_names_[static_cast<size_t>(span.state)], "", model::Name(span.state));
    const Resource resource = sites_.Of(span.stack, span.reason).resource;
    if (resource != Resource::kNone) {
      return Kept(resource_names_[static_cast<size_t>(resource)], "Waiting ", Name(resource));
    }
    const std::string_view reason = Text(span.reason_text);
    return lanes_.Intern(fmt::format("Waiting{}{}", reason.empty() ? "" : " ", reason));
  }

  void Open(const Owner& owner, const Event& event, uint64_t task, int64_t subject) {
    std::vector<OpenSpan>& open = open_[owner];
    uint32_t row = 0;
    while (std::ranges::find(open, row, &OpenSpan::row) != open.end()) ++row;
    const bool was_on = event.kind == EventKind::kRangeActive;
    open.push_back({.name = event.name,
                    .task = task,
                    .row = row,
                    .span = {.begin = was_on ? spans_.begin() : event.time,
                             .subject = subject,
                             .name = Copied(event.name),
                             .site = Site(event.stack),
                             .began_before = was_on}});
  }

  void Close(const Owner& owner, OpenSpan& open, model::Time end, bool is_open) {
    TimelineSpan span = open.span;
    const model::Time from = filter_.Clip(span.begin), to = filter_.Clip(end);
    if (to < from || (to == from && !IsInWindow(end))) return;
    span.began_before &= from == span.begin;
    span.is_open = is_open && to == end;
    span.begin = Since(from);
    span.end = Since(to);
    lanes_.Add(owner.first, owner.second, open.row, span);
    if (owner.first == LaneKind::kRegion) {
      lanes_.Name(owner.first, owner.second, open.row, fmt::format("g{} regions", owner.second));
    } else if (owner.first == LaneKind::kTask) {
      lanes_.Name(owner.first, owner.second, open.row, std::string(Text(open.name)));
    }
  }

  // The latest with this name (and task) is closed; what has no begin began before the trace.
  void CloseLatest(const Owner& owner, const Event& event, uint64_t task) {
    std::vector<OpenSpan>& open = open_[owner];
    const auto at = std::find_if(open.rbegin(), open.rend(),
                                 [&](const OpenSpan& row) { return row.name == event.name && row.task == task; });
    if (at == open.rend()) return;
    Close(owner, *at, event.time, false);
    open.erase(std::next(at).base());
    if (open.empty()) open_.erase(owner);
  }

  void SeeRange(const Event& event) {
    Owner owner(LaneKind::kCollector, 0);
    if (Text(event.name).starts_with("stop-the-world")) {
      owner.first = LaneKind::kStopTheWorld;
    } else if (event.scope == model::RangeScope::kGoroutine) {
      owner = {LaneKind::kRegion, event.subject};
      if (!options_.has_goroutines) return;
    } else if (event.scope == model::RangeScope::kProc) {
      owner = {LaneKind::kProcWork, event.subject};
    }
    if (event.kind == EventKind::kRangeEnd) return CloseLatest(owner, event, 0);
    if (owner.first == LaneKind::kRegion &&
        !filter_.Takes(filter_.Clip(event.time), event.subject, spans_.origin(event.subject))) {
      return;
    }
    if (event.kind == EventKind::kRangeActive) {  // said again in each generation
      const auto at = open_.find(owner);
      if (at != open_.end() && std::ranges::find(at->second, event.name, &OpenSpan::name) != at->second.end()) return;
    }
    Open(owner, event, 0, event.goroutine);
  }

  void SeeTask(const Event& event) {
    const Owner owner(LaneKind::kTask, event.name.value);
    const auto task = static_cast<uint64_t>(event.subject);
    if (event.kind == EventKind::kTaskEnd) return CloseLatest(owner, event, task);
    if (!filter_.Takes(filter_.Clip(event.time), event.goroutine, spans_.origin(event.goroutine))) return;
    Open(owner, event, task, event.subject);
  }

  void SeeRegion(const Event& event) {
    if (!options_.has_goroutines) return;
    const Owner owner(LaneKind::kRegion, event.goroutine);
    const auto task = static_cast<uint64_t>(event.subject);
    if (event.kind == EventKind::kRegionEnd) return CloseLatest(owner, event, task);
    if (!filter_.Takes(filter_.Clip(event.time), event.goroutine, spans_.origin(event.goroutine))) return;
    Open(owner, event, task, event.subject);
  }

  void SeeMoment(const Event& event) {
    if (!options_.has_goroutines || event.goroutine == model::kNoGoroutine) return;
    if (!filter_.Takes(event.time, event.goroutine, spans_.origin(event.goroutine))) return;
    const bool is_log = event.kind == EventKind::kLog;
    lanes_.Mark(LaneKind::kGoroutine, event.goroutine,
                {.time = Since(event.time),
                 .name = is_log ? Copied(event.name) : lanes_.Intern("cpu sample"),
                 .text = is_log ? Copied(event.text)
                                : lanes_.Intern(LeafFunction(source_.symbols(), source_.stacks(), event.stack))});
    NameGoroutine(event.goroutine, spans_.origin(event.goroutine));
  }

  void SeeMetric(const Event& event) {
    if (!IsInWindow(event.time)) return;
    const std::string_view name = Text(event.name);
    const auto value = static_cast<int64_t>(std::min<uint64_t>(event.value, INT64_MAX));
    lanes_.Count(name, name.ends_with(":bytes") ? "bytes" : "count", Since(event.time), value);
  }

  model::EventSource& source_;
  TraceFilter& filter_;
  const TimelineOptions& options_;
  StateSpans spans_;
  WaitSites sites_;
  TimelineLanes lanes_;
  std::vector<StringId> copied_;  // by string of the source
  std::vector<StringId> site_;    // by stack
  std::map<Owner, std::vector<OpenSpan>> open_;
  std::unordered_map<model::GoroutineId, bool> named_;  // with its start function
  std::unordered_map<model::ProcId, model::GoroutineId> in_syscall_;
  int64_t in_state_[kStateCount] = {};
  StringId state_names_[kStateCount], resource_names_[kResourceCount];
};

}  // namespace

model::Timeline LayOutTimeline(model::EventSource& source, TraceFilter& filter, const TimelineOptions& options) {
  return Drawing(source, filter, options).Draw();
}

}  // namespace analysis
