#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/trace/path_history.h"

// What would the end of a piece of work have been, had one place taken no time? The moments of its goroutines, each with
// what had to come before it: what its goroutine did until then, the start of the goroutine, and for the end of a wait also
// the moment at which another goroutine of the work ended it. Everything else takes as long as it did:
//  - work, timers, the network, system calls, getting a P;
//  - waits that a goroutine of somebody else's ended: that one serves others too, and when it would have had time for this
//    work is not in a trace.
// So the result is a bound that rests on recorded wake-ups alone: no more than this can be saved. A goroutine of the work
// that had ended before the wait was over may have been needed too, without any trace of it (the Done() of a WaitGroup that
// was not the last one); Others::kNeeded counts them.
//
// Time and memory: as many rows as the work's goroutines have spans, at most kMaxNodes.
namespace analysis {

enum class Others { kIgnored, kNeeded };

class PathGraph {
 public:
  using PlaceOf = std::function<size_t(const PathPart&)>;  // equal for what is one place

  // Of the work of [begin, end] that `root` began and `goroutine` ended.
  PathGraph(PathHistory& history, model::GoroutineId root, model::GoroutineId goroutine, model::Time begin, model::Time end,
            const PlaceOf& place_of);

  bool is_whole() const { return nodes_.size() <= kMaxNodes; }  // false: too long to work out
  // When all would have come had `place` taken no time; kNowhere changes nothing.
  using Times = std::vector<model::Time>;  // by node
  Times Without(size_t place, Others others) const;
  static model::Time End(const Times& times) { return times[0]; }

  // Of the path that decides then, the longest part that is not on the old one.
  std::optional<PathPart> DecidedBy(size_t place, Others others, const Times& times,
                                    const std::vector<PathPart>& old_path) const;

  static constexpr size_t kNowhere = SIZE_MAX;
  static constexpr size_t kMaxNodes = 50'000;

 private:
  static constexpr int kNone = -1;
  struct Delay {
    PathPart part;
    size_t place;
  };
  // A moment of a goroutine. It comes when `before` has come and the delays have passed, and not before `waker`.
  struct Node {
    model::GoroutineId goroutine;
    model::Time time;
    model::Time floor;  // where nothing is known of before
    int before = kNone;
    int waker = kNone;
    int others = kNone;
    std::vector<Delay> delays;
  };
  struct Moment {
    model::GoroutineId goroutine;
    model::Time time;
    bool operator==(const Moment&) const = default;
  };
  struct HashMoment {
    size_t operator()(const Moment& moment) const {
      return std::hash<int64_t>()(moment.goroutine * 0x9E3779B97F4A7C15LL ^ moment.time);
    }
  };

  int At(model::GoroutineId goroutine, model::Time time);
  void ChainEnded();
  int EndedBy(model::Time time) const;
  void Expand(size_t at, const PlaceOf& place_of);
  void Order();
  int Decider(const Node& node, const Times& times, Others others) const;

  PathHistory& history_;
  model::GoroutineId root_;
  model::Time begin_, end_;
  std::vector<Node> nodes_;  // 0: the end
  std::unordered_map<Moment, int, HashMoment> numbers_;
  std::vector<std::pair<model::Time, int>>
      ended_;               // goroutines of the work by their end: the node that all up to here have ended
  std::vector<int> order_;  // what a node needs comes before it
};

}  // namespace analysis
