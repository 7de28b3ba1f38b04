#include "analysis/trace/trace_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "analysis/frame_text.h"
#include "analysis/trace/range_key.h"
#include "analysis/trace/wait_site.h"
#include "model/id_map.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

struct Goroutine {
  GoState state = GoState::kUndetermined;
  model::Time since = 0;
  model::Time surely_since = 0;  // earlier where the state was said and not begun: it was on in all of the generation
  model::StringId reason;
  model::StackId stack;  // the last one known
  uint32_t regions = 0;  // that it is in
};

// The outermost function of every stack, found once a stack: a stack's is its caller's.
class Outermost {
 public:
  explicit Outermost(const model::EventSource& source) : source_(&source) {}

  model::FunctionId operator()(model::StackId stack) {
    const model::StackTrie& stacks = source_->stacks();
    for (auto row = static_cast<uint32_t>(functions_.size()); row < stacks.size(); ++row) {
      const model::StackId id(row);
      const bool is_outermost = id != stacks.root() && stacks.caller(id) == stacks.root();
      functions_.push_back(is_outermost          ? FunctionOf(stacks.location(id))
                           : id == stacks.root() ? model::FunctionId()
                                                 : functions_[stacks.caller(id).index()]);
    }
    return functions_[stack.index()];
  }

 private:
  model::FunctionId FunctionOf(model::LocationId location) const {
    const auto lines = source_->symbols().lines(location);
    return lines.empty() ? model::FunctionId() : lines.back().function;
  }

  const model::EventSource* source_;
  std::vector<model::FunctionId> functions_;
};

template <class T>
T& At(std::vector<T>& column, size_t row) {
  if (row >= column.size()) column.resize(row + row / 2 + 1);
  return column[row];
}

class Summariser {
 public:
  explicit Summariser(model::EventSource& source) : source_(source), outermost_(source) {}

  TraceSummary Run() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    Finish();
    return std::move(result_);
  }

 private:
  void See(const Event& event);
  void SeeContext(const Event& event);
  void SeeTransition(const Event& event);
  void SeeRegion(const Event& event);
  void SeeRange(const Event& event);
  void SeeSync(const Event& event);
  void SeeMetric(const Event& event);
  Goroutine& Alive(model::GoroutineId id);
  void Finish();
  void FinishWaits();
  std::string_view text(model::StringId id) const { return source_.symbols().text(id); }
  std::string FunctionName(model::FunctionId id) const { return std::string(source_.symbols().function_name(id)); }

  model::EventSource& source_;
  Outermost outermost_;
  TraceSummary result_;
  model::Time begin_ = 0, end_ = 0, synced_ = 0;
  model::GoroutineId last_goroutine_ = model::kNoGoroutine;
  model::ProcId last_proc_ = model::kNoProc;
  model::ThreadId last_thread_ = model::kNoThread;
  model::IdSet goroutines_, procs_, threads_;
  model::IdMap<Goroutine> alive_;
  std::vector<uint64_t> created_;                                           // by FunctionId
  std::vector<int64_t> wait_ns_;                                            // by StringId of the reason
  std::vector<bool> has_waited_;                                            // the same
  std::vector<uint64_t> tasks_begun_, regions_begun_, logs_, experiments_;  // by StringId
  std::unordered_set<int64_t> tasks_;
  uint64_t regions_left_ = 0;  // by goroutines that have ended
  std::map<RangeKey, model::Time> ranges_;
};

void Summariser::See(const Event& event) {
  if (result_.event_count++ == 0) begin_ = event.time;
  end_ = event.time;
  ++result_.events[static_cast<size_t>(event.kind)];
  SeeContext(event);
  switch (event.kind) {
    case EventKind::kGoroutineState:
      SeeTransition(event);
      break;
    case EventKind::kProcState:
      procs_.Add(static_cast<uint64_t>(event.subject));
      break;
    case EventKind::kTaskBegin:
      ++At(tasks_begun_, event.name.index());
      tasks_.insert(event.subject);
      break;
    case EventKind::kTaskEnd:
      tasks_.erase(event.subject);
      break;
    case EventKind::kRegionBegin:
    case EventKind::kRegionEnd:
      SeeRegion(event);
      break;
    case EventKind::kLog:
      ++At(logs_, event.name.index());
      break;
    case EventKind::kRangeBegin:
    case EventKind::kRangeActive:
    case EventKind::kRangeEnd:
      SeeRange(event);
      break;
    case EventKind::kSync:
      SeeSync(event);
      break;
    case EventKind::kMetric:
      SeeMetric(event);
      break;
    case EventKind::kExperimental:
      ++At(experiments_, event.name.index());
      break;
    case EventKind::kLabel:
    case EventKind::kCpuSample:
      break;
  }
}

void Summariser::SeeContext(const Event& event) {
  if (event.goroutine != last_goroutine_ && event.goroutine != model::kNoGoroutine) {
    last_goroutine_ = event.goroutine;
    goroutines_.Add(static_cast<uint64_t>(event.goroutine));
  }
  if (event.proc != last_proc_ && event.proc != model::kNoProc) {
    last_proc_ = event.proc;
    procs_.Add(static_cast<uint64_t>(event.proc));
  }
  if (event.thread != last_thread_ && event.thread != model::kNoThread) {
    last_thread_ = event.thread;
    threads_.Add(static_cast<uint64_t>(event.thread));
  }
}

Goroutine& Summariser::Alive(model::GoroutineId id) {
  if (Goroutine* known = alive_.Find(static_cast<uint64_t>(id))) return *known;
  return alive_.Add(static_cast<uint64_t>(id), {});
}

void Summariser::SeeTransition(const Event& event) {
  goroutines_.Add(static_cast<uint64_t>(event.subject));
  if (event.from == GoState::kNotExist) ++At(created_, outermost_(event.subject_stack).index());
  Goroutine& goroutine = Alive(event.subject);
  if (event.subject_stack != model::StackTrie::root()) goroutine.stack = event.subject_stack;
  if (event.from == event.to) return;  // said again at the begin of a generation
  if (goroutine.state != GoState::kUndetermined) {
    const int64_t ns = event.time - goroutine.since;
    // The event's word for what ended: in converted v1 traces it is the better one.
    result_.state_ns[static_cast<size_t>(event.from)] += ns;
    if (event.from == GoState::kWaiting) {
      At(wait_ns_, goroutine.reason.index()) += ns;
      const size_t row = goroutine.reason.index();
      if (row >= has_waited_.size()) has_waited_.resize(row + row / 2 + 1);
      has_waited_[row] = true;
    }
  }
  goroutine.state = event.to;
  goroutine.since = event.time;
  goroutine.surely_since = event.from == GoState::kUndetermined ? synced_ : event.time;
  goroutine.reason = event.reason_text;
  if (event.to != GoState::kNotExist) return;
  ++result_.goroutines_ended;
  regions_left_ += goroutine.regions;
  alive_.Erase(static_cast<uint64_t>(event.subject));
}

void Summariser::SeeRegion(const Event& event) {
  Goroutine& goroutine = Alive(event.goroutine);
  if (event.kind == EventKind::kRegionBegin) {
    ++At(regions_begun_, event.name.index());
    ++goroutine.regions;
  } else if (goroutine.regions > 0) {
    --goroutine.regions;
  }
}

void Summariser::SeeRange(const Event& event) {
  const RangeKey key{.scope = event.scope, .subject = event.subject, .name = event.name};
  if (event.kind != EventKind::kRangeEnd) {
    const bool is_new = ranges_.try_emplace(key, event.time).second;
    if (is_new) ++result_.ranges[std::string(text(event.name))].count;
    return;
  }
  const auto begun = ranges_.find(key);
  if (begun == ranges_.end()) return;
  RangeTotal& total = result_.ranges[std::string(text(event.name))];
  total.total_ns += event.time - begun->second;
  total.longest_ns = std::max(total.longest_ns, event.time - begun->second);
  ranges_.erase(begun);
}

void Summariser::SeeSync(const Event& event) {
  if (event.value != 0) ++result_.generations;
  synced_ = event.time;
  if (result_.begin_wall_ns == 0 && event.wall_ns != 0) result_.begin_wall_ns = event.wall_ns - (event.time - begin_);
}

void Summariser::SeeMetric(const Event& event) {
  if (text(event.name) == "/sched/gomaxprocs:threads") result_.gomaxprocs = std::max(result_.gomaxprocs, event.value);
  if (text(event.name) == "/memory/classes/heap/objects:bytes") {
    result_.heap_peak_bytes = std::max(result_.heap_peak_bytes, event.value);
  }
}

void Summariser::Finish() {
  result_.version = source_.info().version;
  result_.duration_ns = end_ - begin_;
  result_.goroutines = goroutines_.size();
  result_.procs = procs_.size();
  result_.threads = threads_.size();
  result_.tasks_open = tasks_.size();
  result_.regions_open = regions_left_;
  alive_.ForEach([&](uint64_t, const Goroutine& goroutine) { result_.regions_open += goroutine.regions; });
  const auto name_all = [&](const std::vector<uint64_t>& counts, std::map<std::string, uint64_t>& named) {
    for (size_t row = 0; row < counts.size(); ++row) {
      if (counts[row] != 0) named[std::string(text(model::StringId(static_cast<uint32_t>(row))))] += counts[row];
    }
  };
  name_all(tasks_begun_, result_.tasks_begun);
  name_all(regions_begun_, result_.regions_begun);
  name_all(logs_, result_.logs);
  name_all(experiments_, result_.experiments);
  for (size_t row = 0; row < created_.size(); ++row) {
    const model::FunctionId function(static_cast<uint32_t>(row));
    if (created_[row] != 0) result_.goroutines_created_by_start_func[FunctionName(function)] += created_[row];
  }
  for (size_t row = 0; row < has_waited_.size(); ++row) {
    if (has_waited_[row])
      result_.wait_ns_by_reason[std::string(text(model::StringId(static_cast<uint32_t>(row))))] = wait_ns_[row];
  }
  FinishWaits();
}

void Summariser::FinishWaits() {
  std::map<std::tuple<std::string, std::string, std::string>, OpenWaits> groups;
  WaitSites sites(source_);
  alive_.ForEach([&](uint64_t, const Goroutine& goroutine) {
    if (goroutine.state == GoState::kUndetermined) return;
    const int64_t ns = end_ - goroutine.surely_since;
    result_.open_ns[static_cast<size_t>(goroutine.state)] += ns;
    if (goroutine.state != GoState::kWaiting) return;
    const WaitSite site = sites.Of(goroutine.stack, model::ParseBlockReason(text(goroutine.reason)));
    OpenWaits wait{.start = FunctionName(outermost_(goroutine.stack)),
                   .at = site.call == model::StackTrie::root()
                             ? ""
                             : FrameText(source_.symbols(), source_.stacks().location(site.call)),
                   .reason = std::string(text(goroutine.reason)),
                   .resource = Name(site.resource)};
    ++result_.blocked_at_end[fmt::format("{} [{}]", wait.start, wait.reason)];
    OpenWaits& group = groups.try_emplace({wait.start, wait.at, wait.reason}, wait).first->second;
    ++group.count;
    group.total_ns += ns;
    group.longest_ns = std::max(group.longest_ns, ns);
  });
  for (auto& [key, group] : groups) result_.open_waits.push_back(std::move(group));
  const auto order = [](const OpenWaits& wait) { return std::pair(wait.start.starts_with("runtime"), ~wait.count); };
  std::ranges::stable_sort(result_.open_waits, {}, order);
}

}  // namespace

TraceSummary Summarise(model::EventSource& source) { return Summariser(source).Run(); }

}  // namespace analysis
