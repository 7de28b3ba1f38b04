#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event_source.h"

// Which single events of a trace are asked for; each part that is set narrows it further. (TraceFilter cuts spans of time.)
// A value that never came is the asker's error, see Unmet().
namespace analysis {

struct EventFilterOptions {
  std::optional<int64_t> from_ns, to_ns;       // since the trace's first event
  std::vector<model::GoroutineId> goroutines;  // what one of them does, and what is done to it
  std::vector<model::ProcId> procs;            // likewise
  std::vector<model::ThreadId> threads;
  std::vector<model::EventKind> kinds;
};

class EventFilter {
 public:
  explicit EventFilter(EventFilterOptions options);

  bool Takes(const model::Event& event);    // each event in order
  bool IsOver() const { return is_over_; }  // no later event can be taken
  model::Time begin() const { return begin_.value_or(0); }

  // What was asked for and never met, in words; empty = all was met.
  std::string Unmet() const;

 private:
  struct Id {
    int64_t id;
    bool is_met = false;
  };
  static std::vector<Id> Ids(const std::vector<int64_t>& ids);

  EventFilterOptions options_;
  std::vector<Id> goroutines_, procs_, threads_;
  std::array<bool, model::kEventKindCount> wanted_{};
  std::array<uint64_t, model::kEventKindCount> seen_{};
  std::optional<model::Time> begin_;
  model::Time end_ = 0;
  bool is_over_ = false;
  uint64_t taken_ = 0;
};

}  // namespace analysis
