#include "analysis/trace/meanwhile.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/units.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

constexpr size_t kNamed = 2;

std::string Text(const std::string& seat, const std::vector<Ran>& ran, int64_t kept_ns, int64_t idle_ns) {
  std::string text = kept_ns == 0 ? "" : " kept " + model::FormatValue(kept_ns, "nanoseconds");
  int64_t rest = 0;
  for (size_t i = 0; i < ran.size(); ++i) {
    if (i >= kNamed) {
      rest += ran[i].ns;
      continue;
    }
    text += fmt::format("{} g{} {}",
                        i > 0          ? ","
                        : text.empty() ? " ran"
                                       : ", then ran",
                        ran[i].goroutine, model::FormatValue(ran[i].ns, "nanoseconds"));
  }
  if (rest > 0) text += fmt::format(", {} more {}", ran.size() - kNamed, model::FormatValue(rest, "nanoseconds"));
  if (idle_ns > 0) {
    text += fmt::format("{} idle {}", text.empty() ? "" : ",", model::FormatValue(idle_ns, "nanoseconds"));
  }
  return text.empty() ? "" : seat + text;
}

}  // namespace

void MeanwhileWatch::Turn(Seat& seat, model::GoroutineId goroutine, model::Time now) {
  seat.ran[seat.running] += now - seat.since;
  seat.running = goroutine;
  seat.since = now;
}

void MeanwhileWatch::See(const Event& event) {
  if (event.kind == EventKind::kGoroutineState && event.from != event.to) SeeGoroutine(event);
  if (event.kind == EventKind::kProcState && event.proc_to == model::ProcState::kIdle) {
    Turn(procs_[event.subject], model::kNoGoroutine, event.time);
  }
}

// In a system call a goroutine keeps its thread, and its proc until that is taken away.
void MeanwhileWatch::SeeGoroutine(const Event& event) {
  const auto has_thread = [](GoState state) { return state == GoState::kRunning || state == GoState::kSyscall; };
  if (!has_thread(event.from) && !has_thread(event.to)) return;
  const model::GoroutineId now_there = has_thread(event.to) ? event.subject : model::kNoGoroutine;
  if (event.proc != model::kNoProc) Turn(procs_[event.proc], now_there, event.time);
  if (event.thread != model::kNoThread) Turn(threads_[event.thread], now_there, event.time);
  if (event.subject != goroutine_ || event.from != GoState::kRunning) return;
  proc_ = event.proc;
  thread_ = event.thread;
  if (proc_ != model::kNoProc) procs_[proc_].ran.clear();
  if (thread_ != model::kNoThread) threads_[thread_].ran.clear();
}

SeatMeanwhile MeanwhileWatch::Empty(Seat& seat, model::Time now) const {
  Turn(seat, seat.running, now);
  SeatMeanwhile found;
  for (const auto& [goroutine, ns] : seat.ran) {
    if (goroutine == goroutine_) {
      found.kept_ns = ns;
    } else if (goroutine == model::kNoGoroutine) {
      found.idle_ns = ns;
    } else if (ns > 0) {
      found.ran.push_back({goroutine, ns});
    }
  }
  std::ranges::stable_sort(found.ran, std::greater(), &Ran::ns);
  seat.ran.clear();
  return found;
}

Meanwhile MeanwhileWatch::Take(model::Time now) {
  Meanwhile found{.proc = proc_, .thread = thread_};
  if (proc_ != model::kNoProc) found.on_proc = Empty(procs_[proc_], now);
  if (thread_ != model::kNoThread) found.on_thread = Empty(threads_[thread_], now);
  return found;
}

std::string ProcText(const Meanwhile& meanwhile) {
  if (meanwhile.proc == model::kNoProc) return "";
  const SeatMeanwhile& seat = meanwhile.on_proc;
  return Text(fmt::format("p{}", meanwhile.proc), seat.ran, seat.kept_ns, seat.idle_ns);
}

std::string ThreadText(const Meanwhile& meanwhile) {
  if (meanwhile.thread == model::kNoThread) return "";
  const SeatMeanwhile& seat = meanwhile.on_thread;
  return Text(fmt::format("m{}", meanwhile.thread), seat.ran, seat.kept_ns, seat.idle_ns);
}

}  // namespace analysis
