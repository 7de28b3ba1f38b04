#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/event.h"

// What a proc and a thread did while a goroutine did not run on them: whom they ran instead, or that they stood idle. For
// the one goroutine that is looked at, so that a wait is seen from three sides.
namespace analysis {

struct Ran {
  model::GoroutineId goroutine = model::kNoGoroutine;
  int64_t ns = 0;
};

struct SeatMeanwhile {
  std::vector<Ran> ran;  // most first
  int64_t kept_ns = 0;   // by the goroutine itself, in its system call
  int64_t idle_ns = 0;   // a proc: no thread had it, or it had nothing to run; a thread: it had no goroutine
};

struct Meanwhile {
  model::ProcId proc = model::kNoProc;  // on which the goroutine last ran; kNoProc: never seen to run
  model::ThreadId thread = model::kNoThread;
  SeatMeanwhile on_proc;
  SeatMeanwhile on_thread;
};

class MeanwhileWatch {
 public:
  explicit MeanwhileWatch(model::GoroutineId goroutine) : goroutine_(goroutine) {}

  void See(const model::Event& event);  // each in order
  Meanwhile Take(model::Time now);      // since the last Take, or since the goroutine stopped to run

 private:
  struct Seat {  // a proc or a thread
    model::GoroutineId running = model::kNoGoroutine;
    model::Time since = 0;
    std::map<model::GoroutineId, int64_t> ran;  // kNoGoroutine: nobody
  };
  static void Turn(Seat& seat, model::GoroutineId goroutine, model::Time now);
  SeatMeanwhile Empty(Seat& seat, model::Time now) const;

  void SeeGoroutine(const model::Event& event);

  model::GoroutineId goroutine_;
  std::unordered_map<model::ProcId, Seat> procs_;
  std::unordered_map<model::ThreadId, Seat> threads_;
  model::ProcId proc_ = model::kNoProc;
  model::ThreadId thread_ = model::kNoThread;
};

// "p0 ran g33 12ms, g40 3ms, idle 165ms"; at most two goroutines are named. Empty where nothing is known.
std::string ProcText(const Meanwhile& meanwhile);
std::string ThreadText(const Meanwhile& meanwhile);

}  // namespace analysis
