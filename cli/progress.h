#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "model/event_source.h"

// How far long work has come: one line on standard error, rewritten in place, only on a terminal and only once the work
// has taken a second. It is wiped when the work ends.
//   reading big.trace: 41 % of 447 MB, 310 MB/s, 1 s left
//   building indices of out.db: 1 of 4 done, 3 s
namespace cli {

class Progress {
 public:
  explicit Progress(std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void UpdateSteps(int done, int all);                     // of work that is not bytes
  void Update(uint64_t done_bytes, uint64_t total_bytes);  // total 0 = not known. Cheap: looks at the clock, seldom prints.

 private:
  using Clock = std::chrono::steady_clock;
  bool IsTimeToShow(Clock::time_point now);
  void Show(const std::string& line);

  std::string what_;
  Clock::time_point began_;
  Clock::time_point shown_;
  bool is_terminal_;
  bool has_shown_ = false;
};

// The same trace, with its progress shown while it is pulled.
std::unique_ptr<model::EventSource> WithProgress(std::unique_ptr<model::EventSource> source, const std::string& path);

}  // namespace cli
