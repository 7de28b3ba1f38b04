#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/trace/critical_path.h"
#include "analysis/trace/state_spans.h"
#include "model/event.h"

namespace analysis {

// The recent past of all goroutines, for walking back: spans, cut where regions begin and end, and who started whom.
class PathHistory {
 public:
  explicit PathHistory(const model::EventSource& source) : spans_(source), sites_(source) {}

  void See(const model::Event& event);
  void ForgetBefore(model::Time time);  // nobody will ask for what had ended by then

  // The path of [begin, end] of work that `root` began and `goroutine` ended.
  std::vector<PathPart> WalkBack(model::GoroutineId root, model::GoroutineId goroutine, model::Time begin, model::Time end);

  const StateSpans& spans() const { return spans_; }
  model::StringId region(model::GoroutineId goroutine) const;  // innermost now

 private:
  struct Piece {
    PathPart part;
    model::GoroutineId ender = model::kNoGoroutine;
  };
  struct Goroutine {
    std::vector<Piece> pieces;  // in order of time
    std::vector<model::StringId> regions;
    model::Time piece_begin = 0;  // of the present span
    std::optional<model::Time> created;
    model::GoroutineId creator = model::kNoGoroutine;
    bool has_ended = false;
  };
  struct Walk {
    model::GoroutineId root;
    model::Time begin;
    std::vector<PathPart> parts;  // latest first
    size_t steps = 0;
  };

  void SeeRegion(const model::Event& event);
  void Close(const StateSpan& span, model::Time end);
  void Follow(Walk& walk, model::GoroutineId goroutine, model::Time from, model::Time to, int depth);
  bool IsOwn(const Walk& walk, model::GoroutineId goroutine) const;
  std::optional<Piece> At(model::GoroutineId goroutine, model::Time to);

  StateSpans spans_;
  WaitSites sites_;
  std::unordered_map<model::GoroutineId, Goroutine> goroutines_;
};

}  // namespace analysis
