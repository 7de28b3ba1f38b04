#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "model/event.h"

// Ranges ("GC mark assist", "GC incremental sweep") as time of goroutines. A range of a proc counts for the goroutine that
// is there at both of its ends, and for nobody if these are two.
namespace analysis {

class GoroutineRanges {
 public:
  struct Ended {
    model::GoroutineId goroutine;
    model::StringId name;
    model::Time begin;
  };

  // The range that the event ended, where it can be said whose it was.
  std::optional<Ended> See(const model::Event& event);

  // Ranges of a goroutine that are still on.
  template <class Each>
  void Open(model::GoroutineId goroutine, Each each) const {
    for (auto at = begun_.lower_bound({goroutine, model::StringId(0)}); at != begun_.end() && at->first.first == goroutine;
         ++at) {
      each(at->first.second, at->second);
    }
  }
  void Forget(model::GoroutineId goroutine);

 private:
  std::map<std::pair<model::GoroutineId, model::StringId>, model::Time> begun_;
  std::map<std::pair<model::ProcId, model::StringId>, model::GoroutineId> on_proc_;
  model::Time synced_ = 0;
};

}  // namespace analysis
