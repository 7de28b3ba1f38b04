#include "analysis/trace/goroutine_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/frame_text.h"
#include "analysis/trace/goroutine_ranges.h"
#include "analysis/trace/wait_site.h"

namespace analysis {
namespace {

using model::GoState;

constexpr size_t kLongestKept = 5;
constexpr std::array<std::string_view, 4> kBy = {"start", "creator", "state", "label"};

void AddSpan(GoroutineTimes& times, const StateSpan& span) {
  const int64_t ns = span.duration();
  times.total += ns;
  switch (span.state) {
    case GoState::kRunning:
      times.running += ns;
      break;
    case GoState::kRunnable:
      times.runnable += ns;
      break;
    case GoState::kWaiting:
      times.waiting += ns;
      times.by_reason[span.reason_text] += ns;
      break;
    case GoState::kSyscall:
      times.syscall += ns;
      if (span.lost_proc_at) times.syscall_without_proc += span.end - std::clamp(*span.lost_proc_at, span.begin, span.end);
      break;
    default:
      break;
  }
}

class Grouper {
 public:
  Grouper(model::EventSource& source, GroupBy by, TraceFilter& filter, EachGoroutine each)
      : source_(source), by_(by), filter_(filter), spans_(source), sites_(source), each_(std::move(each)) {}

  GoroutineGroups Group() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const model::Event& event : batch) See(event);
    }
    for (const StateSpan& span : spans_.Open()) {
      Count(span);
      End(span.goroutine, &span);
    }
    GoroutineGroups found{.by = by_, .goroutines = goroutines_, .ended = ended_, .trace_ns = spans_.end() - spans_.begin()};
    for (auto& [name, group] : groups_) found.groups.push_back(std::move(group));
    std::ranges::stable_sort(found.groups, std::greater(), &GoroutineGroup::count);
    return found;
  }

 private:
  void See(const model::Event& event) {
    filter_.See(event);
    if (const StateSpan* span = spans_.See(event)) Count(*span);
    if (event.kind == model::EventKind::kLabel) labels_[event.subject] = event.name;
    if (const auto range = ranges_.See(event)) AddRange(range->goroutine, range->name, range->begin, event.time);
    if (event.kind == model::EventKind::kGoroutineState && spans_.has_ended(event.subject)) {
      ++ended_;
      End(event.subject, nullptr);
    }
  }

  void Count(const StateSpan& span) {
    for (const StateSpan& part : filter_.Cut(span, spans_.origin(span.goroutine))) AddSpan(times_[span.goroutine], part);
  }

  std::string NameOf(model::GoroutineId goroutine, const GoroutineOrigin& origin, const StateSpan* last) {
    const model::Symbols& symbols = source_.symbols();
    if (by_ == GroupBy::kLabel) {
      const auto label = labels_.find(goroutine);
      return label == labels_.end() ? "(no label)" : std::string(symbols.text(label->second));
    }
    if (by_ == GroupBy::kCreator) {
      if (!origin.is_created_in_trace) return "(older than the trace)";
      const model::StackId call = sites_.CallOf(origin.creator_stack);
      return call == model::StackTrie::root() ? "(the runtime)" : FrameText(symbols, source_.stacks().location(call));
    }
    if (by_ == GroupBy::kState) return last == nullptr ? "ended" : StateText(*last);
    const std::string_view name = symbols.function_name(origin.start);
    return name.empty() ? "(no stack was recorded)" : std::string(name);
  }

  std::string StateText(const StateSpan& span) {
    if (span.state != GoState::kWaiting) return model::Name(span.state);
    const WaitSite at = sites_.Of(span.stack, span.reason);
    return at.resource == Resource::kNone ? fmt::format("Waiting [{}]", source_.symbols().text(span.reason_text))
                                          : fmt::format("Waiting [{}]", Name(at.resource));
  }

  void AddRange(model::GoroutineId goroutine, model::StringId name, model::Time begin, model::Time end) {
    const int64_t ns = filter_.Clip(end) - filter_.Clip(begin);
    if (ns > 0) in_range_[goroutine][name] += ns;
  }

  void Forget(model::GoroutineId goroutine, GoroutineTimes* times) {
    ranges_.Forget(goroutine);
    const auto at = in_range_.find(goroutine);
    if (at == in_range_.end()) return;
    if (times != nullptr) times->in_range = std::move(at->second);
    in_range_.erase(at);
  }

  void End(model::GoroutineId goroutine, const StateSpan* last) {
    const auto at = times_.find(goroutine);
    const GoroutineOrigin* origin = spans_.origin(goroutine);
    if (at == times_.end() || origin == nullptr) {
      Forget(goroutine, nullptr);
      return;
    }
    GoroutineTimes& times = at->second;
    ranges_.Open(goroutine,
                 [&](model::StringId name, model::Time begin) { AddRange(goroutine, name, begin, spans_.end()); });
    Forget(goroutine, &times);
    ++goroutines_;
    if (each_ != nullptr) each_(goroutine, times);
    std::string name = NameOf(goroutine, *origin, last);
    GoroutineGroup& group = groups_[name];
    group.name = std::move(name);
    ++group.count;
    group.created += origin->is_created_in_trace;
    group.ended += last == nullptr;
    if (last != nullptr) ++group.states_at_end[StateText(*last)];
    group.times.Add(times);
    group.total.Add(times.total);
    group.running.Add(times.running);
    group.runnable.Add(times.runnable);
    group.waiting.Add(times.waiting);
    group.syscall.Add(times.syscall);
    KeepLongest(group.longest, {.goroutine = goroutine, .total = times.total, .running = times.running});
    times_.erase(at);
    labels_.erase(goroutine);
  }

  static void KeepLongest(std::vector<GoroutineExample>& longest, const GoroutineExample& example) {
    const auto at = std::ranges::upper_bound(longest, example.total, std::greater(), &GoroutineExample::total);
    longest.insert(at, example);
    if (longest.size() > kLongestKept) longest.pop_back();
  }

  model::EventSource& source_;
  GroupBy by_;
  TraceFilter& filter_;
  StateSpans spans_;
  WaitSites sites_;
  GoroutineRanges ranges_;
  EachGoroutine each_;
  std::unordered_map<model::GoroutineId, GoroutineTimes> times_;
  std::unordered_map<model::GoroutineId, std::map<model::StringId, int64_t>> in_range_;
  std::map<std::string, GoroutineGroup> groups_;
  std::unordered_map<model::GoroutineId, model::StringId> labels_;  // what the collector calls its workers
  uint64_t goroutines_ = 0, ended_ = 0;
};

}  // namespace

void GoroutineTimes::Add(const GoroutineTimes& other) {
  total += other.total;
  running += other.running;
  runnable += other.runnable;
  waiting += other.waiting;
  syscall += other.syscall;
  syscall_without_proc += other.syscall_without_proc;
  for (const auto& [reason, ns] : other.by_reason) by_reason[reason] += ns;
  for (const auto& [name, ns] : other.in_range) in_range[name] += ns;
}

std::optional<GroupBy> ParseGroupBy(std::string_view text) {
  const auto at = std::ranges::find(kBy, text);
  if (at == kBy.end()) return std::nullopt;
  return static_cast<GroupBy>(at - kBy.begin());
}

GoroutineGroups GroupGoroutines(model::EventSource& source, GroupBy by, TraceFilter& filter, EachGoroutine each) {
  return Grouper(source, by, filter, std::move(each)).Group();
}

}  // namespace analysis
