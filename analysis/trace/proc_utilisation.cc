#include "analysis/trace/proc_utilisation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "model/units.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;
using model::ProcState;

constexpr size_t kProcsDrawn = 8;  // columns of the table over time

class Meter {
 public:
  Meter(model::EventSource& source, TraceFilter& filter) : source_(source), filter_(filter), spans_(source) {}

  ProcUtilisation TraceMeasure() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    for (const StateSpan& span : spans_.Open()) Count(span);
    for (const auto& [proc, state] : state_) CountProc(proc, state, spans_.end());
    found_.trace_begin = spans_.begin();
    found_.begin = filter_.Clip(spans_.begin());
    found_.window_ns = filter_.Clip(spans_.end()) - found_.begin;
    if (found_.gomaxprocs == 0) found_.gomaxprocs = state_.size();
    return std::move(found_);
  }

 private:
  struct State {
    ProcState now = ProcState::kUndetermined;
    model::Time since = 0;
  };

  void See(const Event& event) {
    filter_.See(event);
    const StateSpan* ended = spans_.See(event);
    Pass(event.time);
    if (event.kind == EventKind::kMetric && source_.symbols().text(event.name) == "/sched/gomaxprocs:threads") {
      found_.gomaxprocs = event.value;
    }
    if (event.kind == EventKind::kProcState) SeeProc(event);
    if (event.kind != EventKind::kGoroutineState) return;
    if (ended != nullptr) {
      ready_ -= ended->state == GoState::kRunnable;
      Count(*ended);
    }
    const StateSpan* now = spans_.current(event.subject);
    const bool is_new = now != nullptr && now->begin_offset == event.offset;
    ready_ += is_new && now->state == GoState::kRunnable;
  }

  void SeeProc(const Event& event) {
    State& state = state_[event.subject];
    if (state.now == event.proc_to) return;
    CountProc(event.subject, state, event.time);
    busy_ += (event.proc_to == ProcState::kRunning) - (state.now == ProcState::kRunning);
    state = {.now = event.proc_to, .since = event.time};
  }

  void CountProc(model::ProcId proc, const State& state, model::Time until) {
    if (state.now == ProcState::kIdle) {
      found_.procs[proc].idle += filter_.Clip(until) - filter_.Clip(state.since);
    }
  }

  // From the last event to this one nothing changed.
  void Pass(model::Time time) {
    if (!now_) found_.over_time.At(filter_.Clip(time));
    const model::Time from = filter_.Clip(now_.value_or(time)), to = filter_.Clip(time);
    now_ = time;
    const auto procs = static_cast<int64_t>(found_.gomaxprocs != 0 ? found_.gomaxprocs : state_.size());
    if (to <= from || procs == 0) return;
    found_.capacity_ns += procs * (to - from);
    const int64_t wasted = std::clamp<int64_t>(std::min(ready_, procs - busy_), 0, procs);
    found_.over_time.Spread(from, to, [&](ProcLoad& row, int64_t ns) { row.idle_while_ready += wasted * ns; });
    found_.idle_while_ready_ns += wasted * (to - from);
    if (wasted > 0) found_.ready_and_idle_ns += to - from;
  }

  void Count(const StateSpan& span) {
    if (span.proc == model::kNoProc) return;
    const model::Time from = filter_.Clip(span.begin), to = filter_.Clip(span.end);
    const bool is_in_window = from < to || (from == span.begin && to == span.end);
    if (!is_in_window) return;
    if (span.state == GoState::kRunning) {
      ProcTimes& proc = found_.procs[span.proc];
      proc.running += to - from;
      ++proc.runs;
      found_.over_time.Spread(from, to, [&](ProcLoad& row, int64_t ns) { row.running[span.proc] += ns; });
    } else if (span.state == GoState::kSyscall) {
      ProcTimes& proc = found_.procs[span.proc];
      const model::Time kept = std::clamp(span.lost_proc_at.value_or(span.end), span.begin, span.end);
      proc.syscall += filter_.Clip(kept) - from;
      proc.syscalls += !span.is_open;
      proc.handed_off += span.lost_proc_at.has_value();
    }
  }

  model::EventSource& source_;
  TraceFilter& filter_;
  StateSpans spans_;
  std::optional<model::Time> now_;
  int64_t ready_ = 0, busy_ = 0;
  std::map<model::ProcId, State> state_;
  ProcUtilisation found_;
};

double Ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

model::Table Procs(const ProcUtilisation& procs) {
  model::Table table{.key = "procs", .title = "Procs", .empty_text = "The trace tells of no proc."};
  table.columns = {{"proc", "proc", ""},
                   {"running_ns", "running", "nanoseconds"},
                   {"running_share", "share", "ratio"},
                   {"syscall_ns", "in system calls", "nanoseconds"},
                   {"idle_ns", "idle", "nanoseconds"},
                   {"other_ns", "looking for work", "nanoseconds"},
                   {"runs", "runs", "count"},
                   {"syscalls", "system calls", "count"},
                   {"handed_off", "handed off", "count"}};
  for (const auto& [id, proc] : procs.procs) {
    const int64_t other = std::max<int64_t>(0, procs.window_ns - proc.running - proc.syscall - proc.idle);
    table.rows.push_back({id, proc.running, Ratio(proc.running, procs.window_ns), proc.syscall, proc.idle, other, proc.runs,
                          proc.syscalls, proc.handed_off});
  }
  return table;
}

model::Table OverTime(const ProcUtilisation& procs, size_t rows_shown) {
  model::Table times{.key = "over_time", .title = "Over time: share with a goroutine, by proc", .rows_shown = rows_shown};
  times.columns = {{"begin_ns", "from", "nanoseconds"},
                   {"duration_ns", "for", "nanoseconds"},
                   {"utilisation", "all", "ratio"},
                   {"idle_while_ready", "idle while ready", "ratio"}};
  for (const auto& [id, proc] : procs.procs) {
    if (times.columns.size() < 4 + kProcsDrawn)
      times.columns.push_back({fmt::format("p{}", id), fmt::format("p{}", id), "ratio"});
  }
  times.columns.push_back({"by_proc", "", "", false});
  const auto& rows = procs.over_time.rows();
  for (size_t at = 0; at < rows.size(); ++at) {
    const int64_t begin = procs.over_time.begin() + static_cast<int64_t>(at) * procs.over_time.width();
    const int64_t width = std::min(procs.over_time.width(), procs.begin + procs.window_ns - begin);
    if (width <= 0) break;
    int64_t running = 0;
    model::ValueList by_proc;
    for (const auto& [id, proc] : procs.procs) {
      const auto ran = rows[at].running.find(id);
      const int64_t ns = ran == rows[at].running.end() ? 0 : ran->second;
      running += ns;
      by_proc.emplace_back(Ratio(ns, width));
    }
    const int64_t capacity = static_cast<int64_t>(procs.gomaxprocs) * width;
    model::ValueList row = {begin - procs.trace_begin, width, Ratio(running, capacity),
                            Ratio(rows[at].idle_while_ready, capacity)};
    for (size_t proc = 0; proc < std::min(procs.procs.size(), kProcsDrawn); ++proc) row.push_back(by_proc[proc]);
    row.emplace_back(std::move(by_proc));
    times.rows.push_back(std::move(row));
  }
  return times;
}

}  // namespace

void ProcLoad::Add(const ProcLoad& other) {
  for (const auto& [proc, ns] : other.running) running[proc] += ns;
  idle_while_ready += other.idle_while_ready;
}

ProcUtilisation MeasureProcs(model::EventSource& source, TraceFilter& filter) { return Meter(source, filter).TraceMeasure(); }

model::Report ProcReport(const ProcUtilisation& procs, size_t rows_shown) {
  int64_t running = 0;
  uint64_t handed_off = 0;
  for (const auto& [id, proc] : procs.procs) {
    running += proc.running;
    handed_off += proc.handed_off;
  }
  const auto ns = [](int64_t value) { return model::FormatValue(value, "nanoseconds"); };
  model::Report report{.title = "procs"};
  report.answer = fmt::format(
      "{} proc{} ran goroutines for {} of their time; {} of proc time ({}) was idle while goroutines were ready.",
      procs.gomaxprocs, procs.gomaxprocs == 1 ? "" : "s",
      model::FormatPercent(static_cast<double>(running), static_cast<double>(procs.capacity_ns)),
      ns(procs.idle_while_ready_ns),
      model::FormatPercent(static_cast<double>(procs.idle_while_ready_ns), static_cast<double>(procs.capacity_ns)));
  report.blocks.emplace_back(model::Fields{
      {{"gomaxprocs", "", procs.gomaxprocs, "count"},
       {"running_ns", "", running, "nanoseconds"},
       {"capacity_ns", "", procs.capacity_ns, "nanoseconds"},
       {"idle_while_ready_ns", "", procs.idle_while_ready_ns, "nanoseconds"},
       {"ready_and_idle_ns", "wall time with an idle proc and a ready goroutine", procs.ready_and_idle_ns, "nanoseconds"},
       {"handed_off", "system calls that lost their proc", handed_off, "count"},
       {"window_ns", "", procs.window_ns, "nanoseconds"}}});
  report.blocks.emplace_back(Procs(procs));
  report.blocks.emplace_back(OverTime(procs, rows_shown));
  return report;
}

}  // namespace analysis
