#include "proto/gotrace/v1_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/input_error.h"

namespace proto::gotrace {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

constexpr size_t kEventsAtOnce = 256;
constexpr size_t kMaxEventsPerRow = 3;

}  // namespace

V1Reader::V1Reader(std::string name, std::string version_text, int version, InputWindow input)
    : name_(std::move(name)),
      info_{.version = std::move(version_text)},
      file_(version, std::move(input), symbols_, stacks_, info_),
      order_(file_, info_),
      events_(kEventsAtOnce + kMaxEventsPerRow),
      user_work_(symbols_, info_.warnings) {
  for (size_t type = 0; type < kV1TypeCount; ++type) {
    reasons_[type] = symbols_.InternString(kV1Specs[type].reason);
    parsed_reasons_[type] = model::ParseBlockReason(kV1Specs[type].reason);
  }
  threads_.resize(order_.proc_count(), model::kNoThread);
  bytes_ = std::exchange(info_.bytes_read, 0);
}

std::span<const Event> V1Reader::Next() {
  count_ = 0;
  while (count_ < kEventsAtOnce && !ended_) {
    if (at_start_given_ < at_start_events_.size()) {
      events_[count_] = at_start_events_[at_start_given_++];
      Commit();
      continue;
    }
    const bool has_row = order_.Next([&](const V1Row& row, const V1Record& record) {
      if (!began_) {
        events_[count_++] = {.time = TimeOf(row.ticks) - 1, .offset = row.offset, .kind = EventKind::kSync, .value = 1};
        began_ = true;
      }
      Convert(row, record);
    });
    if (has_row) continue;
    if (!began_ && !info_.damage.empty()) throw model::InputError(name_, info_.damage.front().what);
    events_[count_++] = {.time = last_time_ + 1, .kind = EventKind::kSync};
    ended_ = true;
  }
  // All of the file has been read by now; what is told of is how far its events are.
  info_.bytes_read = ended_ ? bytes_ : static_cast<uint64_t>(static_cast<double>(bytes_) * order_.share_given());
  return {events_.data(), count_};
}

model::Time V1Reader::TimeOf(uint64_t ticks) const {
  const double time = static_cast<double>(ticks - order_.first_ticks()) * file_.ns_per_tick();
  return time < 4.5e18 ? static_cast<model::Time>(time) : model::Time{4'500'000'000'000'000'000};
}

// The event that was made behind those given out. Times don't go back.
void V1Reader::Commit() {
  Event& event = events_[count_++];
  if (event.time <= last_time_) event.time = last_time_ + 1;
  last_time_ = event.time;
}

void V1Reader::SetContext(const V1Row& row, Event& event) {
  event.goroutine = row.goroutine == 0 ? model::kNoGoroutine : static_cast<model::GoroutineId>(row.goroutine);
  const bool is_there = event.proc == order_.proc(row) && event.kind != EventKind::kCpuSample;
  if (is_there && event.proc != model::kNoProc) event.thread = threads_[row.proc];
}

void V1Reader::Convert(const V1Row& row, const V1Record& record) {
  Event& event = events_[count_];  // given out by Commit()
  event = {.time = TimeOf(row.ticks), .offset = row.offset, .proc = order_.proc(row)};
  const V1Type type = row.type;
  const V1Spec& spec = SpecOf(record.type);
  if (spec.has_stack) event.stack = file_.Stack(record.arguments[spec.arguments - 1]);
  if (type == V1Type::kProcStart) threads_[row.proc] = static_cast<model::ThreadId>(record.arguments[0]);
  const bool is_event = (is_start_ && ConvertStart(row, record, event)) || ConvertGoroutine(row, record, event) ||
                        ConvertProc(row, record, event) || ConvertCollector(row, record, event) ||
                        ConvertAnnotation(row, record, event);
  if (!is_event || type == V1Type::kNone) return;
  if (event.kind == EventKind::kSync) return;  // was dealt with
  SetContext(row, event);
  if (event.kind == EventKind::kGoroutineState && event.subject == -1) event.subject = event.goroutine;
  if (event.kind == EventKind::kRangeBegin || event.kind == EventKind::kRangeEnd) {
    if (event.scope == model::RangeScope::kGoroutine) event.subject = event.goroutine;
    if (event.scope == model::RangeScope::kProc) event.subject = event.proc;
  }
  if (type == V1Type::kProcStop) threads_[row.proc] = model::kNoThread;
  Commit();
  if (type == V1Type::kGoSysCall && !row.blocked) AddSyscallEnd(row);
  if (type != V1Type::kGoStartLabel) return;
  Event& label = events_[count_] = event;
  label.time = TimeOf(row.ticks);
  label.kind = EventKind::kLabel;
  label.from = label.to = GoState::kUndetermined;
  label.name = file_.String(record.arguments[2]);
  Commit();
}

// Until the first Gomaxprocs the trace says what is there: every goroutine is created, and some are given a state.
bool V1Reader::ConvertStart(const V1Row& row, const V1Record& record, Event& event) {
  const auto found = [&](GoState state) {
    at_start_[record.arguments[0]] = true;
    event.kind = EventKind::kGoroutineState;
    event.to = state;
    event.subject = static_cast<int64_t>(record.arguments[0]);
    return true;
  };
  switch (row.type) {
    case V1Type::kGoCreate:
      at_start_.try_emplace(record.arguments[0], false);
      return true;
    case V1Type::kGoStart:
      return found(GoState::kRunning);
    case V1Type::kGoWaiting:
      return found(GoState::kWaiting);
    case V1Type::kGoInSyscall:
      return found(GoState::kSyscall);
    case V1Type::kGomaxprocs:
      EndStart(event.time);
      return true;
    default:
      return false;
  }
}

// Goroutines that were created and given no state could run.
void V1Reader::EndStart(model::Time time) {
  is_start_ = false;
  std::vector<uint64_t> runnable;
  for (const auto& [goroutine, is_told] : at_start_) {
    if (!is_told) runnable.push_back(goroutine);
  }
  std::ranges::sort(runnable);
  for (const uint64_t goroutine : runnable) {
    at_start_events_.push_back({.time = time,
                                .kind = EventKind::kGoroutineState,
                                .to = GoState::kRunnable,
                                .subject = static_cast<int64_t>(goroutine)});
  }
  at_start_.clear();
}

bool V1Reader::ConvertProc(const V1Row& row, const V1Record& record, Event& event) {
  const V1Type type = row.type;
  if (type == V1Type::kGomaxprocs) {
    event.kind = EventKind::kMetric;
    event.name = symbols_.InternString("/sched/gomaxprocs:threads");
    event.value = record.arguments[0];
    return true;
  }
  if (type != V1Type::kProcStart && type != V1Type::kProcStop) return false;
  const bool is_start = type == V1Type::kProcStart;
  const bool is_first = procs_.Add(static_cast<uint64_t>(order_.proc(row)));
  event.kind = EventKind::kProcState;
  event.subject = order_.proc(row);
  event.proc_to = is_start ? model::ProcState::kRunning : model::ProcState::kIdle;
  event.proc_from = is_first   ? model::ProcState::kUndetermined
                    : is_start ? model::ProcState::kIdle
                               : model::ProcState::kRunning;
  return true;
}

bool V1Reader::ConvertGoroutine(const V1Row& row, const V1Record& record, Event& event) {
  const V1Type type = row.type;
  const auto goes = [&](GoState from, GoState to, int64_t subject = -1) {
    event.kind = EventKind::kGoroutineState;
    event.from = from;
    event.to = to;
    event.subject = subject;
    return true;
  };
  const auto first = static_cast<int64_t>(record.arguments[0]);
  switch (type) {
    case V1Type::kGoCreate:
      event.subject_stack = file_.Stack(record.arguments[1]);
      return goes(GoState::kNotExist, GoState::kRunnable, first);
    case V1Type::kGoStart:
    case V1Type::kGoStartLabel:
      if (waits_for_network_.size() > 0) waits_for_network_.Erase(row.goroutine);
      return goes(GoState::kRunnable, GoState::kRunning, first);
    case V1Type::kGoEnd:
      user_work_.EndGoroutine(static_cast<model::GoroutineId>(row.goroutine));
      return goes(GoState::kRunning, GoState::kNotExist);
    case V1Type::kGoSched:
    case V1Type::kGoPreempt:
      ConvertStop(record, GoState::kRunnable, event);
      return true;
    case V1Type::kGoStop:
      ConvertStop(record, GoState::kWaiting, event);
      return true;
    case V1Type::kGoUnblock:
      if (file_.IsTimer(row.goroutine)) event.proc = kTimerProc;
      if (waits_for_network_.Find(record.arguments[0]) != nullptr) event.proc = kNetpollProc;
      return goes(GoState::kWaiting, GoState::kRunnable, first);
    case V1Type::kGoSysCall:
      event.subject_stack = event.stack;
      return goes(GoState::kRunning, GoState::kSyscall);
    case V1Type::kGoSysExit:
      event.proc = kSyscallProc;
      return goes(GoState::kSyscall, GoState::kRunnable);
    case V1Type::kGoWaiting:
      return goes(GoState::kUndetermined, GoState::kWaiting, first);
    case V1Type::kGoInSyscall:
      return goes(GoState::kUndetermined, GoState::kSyscall, first);
    default:
      if (!SpecOf(type).parks) return false;
      if (type == V1Type::kGoBlockNet && waits_for_network_.Find(row.goroutine) == nullptr)
        waits_for_network_.Add(row.goroutine, true);
      ConvertStop(record, GoState::kWaiting, event);
      return true;
  }
}

void V1Reader::ConvertStop(const V1Record& record, GoState to, Event& event) {
  event.kind = EventKind::kGoroutineState;
  event.from = GoState::kRunning;
  event.to = to;
  event.subject_stack = event.stack;
  event.reason_text = reasons_[static_cast<size_t>(record.type)];
  event.reason = parsed_reasons_[static_cast<size_t>(record.type)];
}

// v1 writes one record for a call that does not block, and no end of it.
void V1Reader::AddSyscallEnd(const V1Row& row) {
  Event& event = events_[count_] = events_[count_ - 1];
  event.time = TimeOf(row.ticks) + 1;
  std::swap(event.from, event.to);
  event.stack = event.subject_stack = model::StackTrie::root();
  Commit();
}

bool V1Reader::ConvertCollector(const V1Row& row, const V1Record& record, Event& event) {
  const auto range = [&](EventKind kind, model::RangeScope scope, std::string_view name) {
    event.kind = kind;
    event.scope = scope;
    event.name = symbols_.InternString(name);
    return true;
  };
  using model::RangeScope;
  switch (row.type) {
    case V1Type::kGcStart:
      event.proc = kGcProc;
      return range(EventKind::kRangeBegin, RangeScope::kGlobal, "GC concurrent mark phase");
    case V1Type::kGcDone:
      return range(EventKind::kRangeEnd, RangeScope::kGlobal, "GC concurrent mark phase");
    case V1Type::kStwStart:
      stop_name_ = StopName(record.arguments[0]);
      range(EventKind::kRangeBegin, RangeScope::kGoroutine, "");
      event.name = stop_name_;
      return true;
    case V1Type::kStwDone:
      range(EventKind::kRangeEnd, RangeScope::kGoroutine, "");
      event.name = stop_name_;
      return true;
    case V1Type::kGcSweepStart:
      return range(EventKind::kRangeBegin, RangeScope::kProc, "GC incremental sweep");
    case V1Type::kGcSweepDone:
      return range(EventKind::kRangeEnd, RangeScope::kProc, "GC incremental sweep");
    case V1Type::kGcMarkAssistStart:
      return range(EventKind::kRangeBegin, RangeScope::kGoroutine, "GC mark assist");
    case V1Type::kGcMarkAssistDone:
      return range(EventKind::kRangeEnd, RangeScope::kGoroutine, "GC mark assist");
    case V1Type::kHeapAlloc:
    case V1Type::kHeapGoal:
      event.kind = EventKind::kMetric;
      event.name = symbols_.InternString(row.type == V1Type::kHeapAlloc ? "/memory/classes/heap/objects:bytes"
                                                                        : "/gc/heap/goal:bytes");
      event.value = record.arguments[0];
      return true;
    default:
      return false;
  }
}

// Up to Go 1.20 the kind is 0 or 1; 1.21 numbers them as below.
model::StringId V1Reader::StopName(uint64_t kind) {
  static constexpr const char* kKinds[] = {"",
                                           "GC mark termination",
                                           "GC sweep termination",
                                           "write heap dump",
                                           "goroutine profile",
                                           "goroutine profile cleanup",
                                           "all goroutine stack trace",
                                           "read mem stats",
                                           "AllThreadsSyscall",
                                           "GOMAXPROCS",
                                           "start trace",
                                           "stop trace",
                                           "CountPagesInUse (test)",
                                           "ReadMetricsSlow (test)",
                                           "ReadMemStatsSlow (test)",
                                           "PageCachePagesLeaked (test)",
                                           "ResetDebugLog (test)"};
  const uint64_t number = file_.version() >= 21 ? kind : kind < 2 ? kind + 1 : 0;
  return symbols_.InternString(fmt::format("stop-the-world ({})", number < std::size(kKinds) ? kKinds[number] : ""));
}

bool V1Reader::ConvertAnnotation(const V1Row& row, const V1Record& record, Event& event) {
  const auto where = [&] { return fmt::format("byte {}: {}", row.offset, SpecOf(row.type).name); };
  const auto goroutine = static_cast<model::GoroutineId>(row.goroutine);
  event.subject = static_cast<int64_t>(record.arguments[0]);
  switch (row.type) {
    case V1Type::kUserTaskCreate:
      event.kind = EventKind::kTaskBegin;
      event.parent_task = record.arguments[1] == 0 ? model::kNoTask : record.arguments[1];
      event.name = file_.String(record.arguments[2]);
      user_work_.BeginTask(record.arguments[0], {.parent = record.arguments[1], .name = event.name}, where);
      return true;
    case V1Type::kUserTaskEnd:
      event.kind = EventKind::kTaskEnd;
      if (const auto task = user_work_.EndTask(record.arguments[0], where)) {
        event.parent_task = task->parent;
        event.name = task->name;
      }
      return true;
    case V1Type::kUserRegion:
      event.kind = record.arguments[1] == 0 ? EventKind::kRegionBegin : EventKind::kRegionEnd;
      event.name = file_.String(record.arguments[2]);
      if (event.kind == EventKind::kRegionBegin) {
        user_work_.BeginRegion(goroutine, {.task = record.arguments[0], .name = event.name});
      } else {
        user_work_.EndRegion(goroutine, {.task = record.arguments[0], .name = event.name}, where);
      }
      return true;
    case V1Type::kUserLog:
      event.kind = EventKind::kLog;
      event.name = file_.String(record.arguments[1]);
      event.text = symbols_.InternString(record.text);
      return true;
    case V1Type::kCpuSample:
      event.kind = EventKind::kCpuSample;
      event.subject = -1;
      return true;
    default:
      return false;
  }
}

}  // namespace proto::gotrace
