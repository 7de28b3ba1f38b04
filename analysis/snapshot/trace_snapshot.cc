#include "analysis/snapshot/trace_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "analysis/trace/state_spans.h"
#include "analysis/trace/wait_site.h"
#include "model/input_error.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::GoState;

constexpr int64_t kMinute = 60'000'000'000;

// The trace's own word for a wait that began before it, of which it gives the stack alone.
const char* ReasonFor(Resource resource) {
  switch (resource) {
    case Resource::kChanSend:
      return "chan send";
    case Resource::kChanReceive:
      return "chan receive";
    case Resource::kCond:
      return "sync.(*Cond).Wait";
    default:
      return IsLock(resource) || resource == Resource::kWaitGroup ? "sync" : Name(resource);
  }
}

// Spans say who was there at a moment only when they end: those that began before the trace are told of late.
class Collector {
 public:
  Collector(model::EventSource& source, std::vector<model::Time> moments)
      : source_(source), spans_(source), sites_(source), moments_(std::move(moments)), snapshots_(moments_.size()) {}

  std::vector<Snapshot> Run() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const model::Event& event : batch) {
        if (const StateSpan* span = spans_.See(event)) See(*span);
      }
    }
    for (const StateSpan& span : spans_.Open()) See(span);
    const int64_t length = spans_.end() - spans_.begin();
    for (const model::Time moment : moments_) {
      if (moment == kEnd || moment <= length) continue;
      throw model::UsageError(fmt::format("--at {}: the trace has {} only", model::FormatValue(moment, "nanoseconds"),
                                          model::FormatValue(length, "nanoseconds")));
    }
    for (Building& building : snapshots_) Finish(building);
    std::vector<Snapshot> snapshots;
    for (Building& building : snapshots_) snapshots.push_back(std::move(building.snapshot));
    return snapshots;
  }

  static constexpr model::Time kEnd = INT64_MAX;

 private:
  struct Building {
    Snapshot snapshot;
    std::map<std::tuple<model::StackId, std::string, model::StackId>, size_t> row_of;
  };

  void See(const StateSpan& span) {
    if (span.state == GoState::kNotExist || span.state == GoState::kUndetermined) return;
    const GoroutineOrigin* origin = spans_.origin(span.goroutine);
    const std::string_view start = origin == nullptr ? "" : source_.symbols().function_name(origin->start);
    if (IsRuntimeGoroutine(start)) return;
    for (size_t i = 0; i < moments_.size(); ++i) {
      const bool is_end = moments_[i] == kEnd;
      const model::Time at = is_end ? span.end : spans_.begin() + moments_[i];
      const bool is_there = is_end ? span.is_open : span.begin <= at && (at < span.end || (span.is_open && at == span.end));
      if (is_there) Add(snapshots_[i], span, origin, at);
    }
  }

  std::string StateOf(const StateSpan& span) {
    if (span.state == GoState::kRunning) return "running";
    if (span.state == GoState::kRunnable) return "runnable";
    if (span.state == GoState::kSyscall) return "syscall";
    const std::string_view reason = source_.symbols().text(span.reason_text);
    return reason.empty() ? ReasonFor(sites_.Of(span.stack, span.reason).resource) : std::string(reason);
  }

  void Add(Building& building, const StateSpan& span, const GoroutineOrigin* origin, model::Time at) {
    const model::StackId creator = origin == nullptr ? model::StackTrie::root() : origin->creator_stack;
    Snapshot& snapshot = building.snapshot;
    const std::string state = StateOf(span);
    const auto [row_at, is_new] = building.row_of.try_emplace({span.stack, state, creator}, snapshot.rows.size());
    if (is_new) {
      SnapshotRow row{.state = state, .frames = FramesOf(source_.symbols(), source_.stacks(), span.stack)};
      const std::vector<SnapshotFrame> created = FramesOf(source_.symbols(), source_.stacks(), creator);
      if (!created.empty()) row.created_by = created.front();
      snapshot.rows.push_back(std::move(row));
    }
    SnapshotRow& row = snapshot.rows[row_at->second];
    ++row.count;
    ++snapshot.goroutines;
    row.ids.push_back(span.goroutine);
    const int64_t minutes = (at - span.begin) / kMinute;
    if (minutes > 0) row.longest_minutes = std::max(row.longest_minutes.value_or(0), minutes);
  }

  static void Finish(Building& building) {
    building.snapshot.has_goroutines_of_their_own = building.snapshot.is_of_trace = true;
    for (SnapshotRow& row : building.snapshot.rows) std::ranges::sort(row.ids);
  }

  model::EventSource& source_;
  StateSpans spans_;
  WaitSites sites_;
  const std::vector<model::Time> moments_;
  std::vector<Building> snapshots_;
};

}  // namespace

std::vector<Snapshot> SnapshotsAt(model::EventSource& source, std::span<const model::Time> moments) {
  return Collector(source, {moments.begin(), moments.end()}).Run();
}

std::vector<Snapshot> FirstAndLastSnapshot(model::EventSource& source) {
  return Collector(source, {0, Collector::kEnd}).Run();
}

}  // namespace analysis
