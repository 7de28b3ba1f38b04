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

  // The path of [begin, end] of `goroutine`, which serves others too, as far as this work waited for it.
  std::vector<PathPart> WalkForeign(model::GoroutineId root, model::Time work_begin, model::GoroutineId goroutine,
                                    model::Time begin, model::Time end);

  struct Piece {
    PathPart part;
    model::GoroutineId ender = model::kNoGoroutine;  // of a wait
  };
  // The piece of a goroutine's life that [.., to) lies in, made up from its present span where that is not over.
  std::optional<Piece> PieceAt(model::GoroutineId goroutine, model::Time to);
  // Who started it, if it was not there before `time`.
  std::optional<model::GoroutineId> CreatorAt(model::GoroutineId goroutine, model::Time time) const;
  // Was it started, by however many steps, for the work that `root` began then?
  bool IsOwn(model::GoroutineId root, model::Time work_begin, model::GoroutineId goroutine) const;
  // The goroutines of that work that ended in (begin, end], by their ends.
  std::vector<std::pair<model::Time, model::GoroutineId>> OwnEnded(model::GoroutineId root, model::Time begin,
                                                                   model::Time end) const;

  const StateSpans& spans() const { return spans_; }
  model::StringId region(model::GoroutineId goroutine) const;  // innermost now

 private:
  struct Goroutine {
    std::vector<Piece> pieces;  // in order of time
    std::vector<model::StringId> regions;
    model::Time piece_begin = 0;  // of the present span
    std::optional<model::Time> created;
    model::GoroutineId creator = model::kNoGoroutine;
    std::vector<model::GoroutineId> children;  // in order of their start
    std::optional<model::Time> ended;
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

  StateSpans spans_;
  WaitSites sites_;
  std::unordered_map<model::GoroutineId, Goroutine> goroutines_;
};

}  // namespace analysis
