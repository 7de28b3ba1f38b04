#include "analysis/trace/path_graph.h"

#include <algorithm>
#include <map>

namespace analysis {

using model::GoState;
using model::Time;

PathGraph::PathGraph(PathHistory& history, model::GoroutineId root, model::GoroutineId goroutine, Time begin, Time end,
                     const PlaceOf& place_of)
    : history_(history), root_(root), begin_(begin), end_(end) {
  At(goroutine, end);
  ChainEnded();
  for (size_t at = 0; at < nodes_.size() && is_whole(); ++at) Expand(at, place_of);
  if (is_whole()) Order();
}

int PathGraph::At(model::GoroutineId goroutine, Time time) {
  const auto [at, is_new] = numbers_.try_emplace({goroutine, time}, static_cast<int>(nodes_.size()));
  if (is_new) nodes_.push_back({.goroutine = goroutine, .time = time, .floor = time, .delays = {}});
  return at->second;
}

// A row per goroutine of the work that has ended, in order, each after the one before: "all up to here".
void PathGraph::ChainEnded() {
  int before = kNone;
  for (const auto& [time, goroutine] : history_.OwnEnded(root_, begin_, end_)) {
    if (!is_whole()) return;
    const int waker = At(goroutine, time);
    nodes_.push_back({.goroutine = model::kNoGoroutine,
                      .time = time,
                      .floor = begin_,
                      .before = before,
                      .waker = waker,
                      .others = kNone,
                      .delays = {}});
    before = static_cast<int>(nodes_.size() - 1);
    ended_.emplace_back(time, before);
  }
}

int PathGraph::EndedBy(Time time) const {
  const auto after = std::ranges::upper_bound(ended_, time, {}, &std::pair<Time, int>::first);
  return after == ended_.begin() ? kNone : std::prev(after)->second;
}

void PathGraph::Expand(size_t at, const PlaceOf& place_of) {
  const model::GoroutineId goroutine = nodes_[at].goroutine;
  const Time time = nodes_[at].time;
  if (goroutine == model::kNoGoroutine || time <= begin_) return;
  const auto piece = history_.PieceAt(goroutine, time);
  if (!piece) {
    if (const auto creator = history_.CreatorAt(goroutine, time)) {
      const int before = At(*creator, time);
      nodes_[at].before = before;
    }
    return;
  }
  const Time begin = std::max(piece->part.begin, begin_);
  const int before = At(goroutine, begin);
  nodes_[at].before = before;
  const bool is_ended_here = piece->part.state == GoState::kWaiting && piece->ender != model::kNoGoroutine &&
                             piece->ender != goroutine && time == piece->part.end;
  if (is_ended_here && history_.IsOwn(root_, begin_, piece->ender)) {
    const int waker = At(piece->ender, time);
    nodes_[at].waker = waker;
    nodes_[at].others = EndedBy(time);
    return;
  }
  std::vector<PathPart> parts;
  if (is_ended_here) {
    parts = history_.WalkForeign(root_, begin_, piece->ender, begin, time);
  } else {
    parts.push_back(piece->part);
    parts.back().begin = begin;
    parts.back().end = time;
  }
  for (const PathPart& part : parts) nodes_[at].delays.push_back({part, place_of(part)});
}

// Depth first. Where two goroutines end each other's waits at one moment of the clock, the circle is cut.
void PathGraph::Order() {
  enum class Seen : char { kNot, kOpen, kDone };
  std::vector<Seen> seen(nodes_.size(), Seen::kNot);
  std::vector<int> open;
  for (int first = 0; first < static_cast<int>(nodes_.size()); ++first) {
    if (seen[static_cast<size_t>(first)] == Seen::kNot) open.push_back(first);
    while (!open.empty()) {
      const int at = open.back();
      Node& node = nodes_[static_cast<size_t>(at)];
      Seen& state = seen[static_cast<size_t>(at)];
      if (state != Seen::kNot) {
        open.pop_back();
        if (state == Seen::kOpen) order_.push_back(at);
        state = Seen::kDone;
        continue;
      }
      state = Seen::kOpen;
      for (int* needed : {&node.before, &node.waker, &node.others}) {
        if (*needed == kNone) continue;
        const Seen theirs = seen[static_cast<size_t>(*needed)];
        if (theirs == Seen::kOpen) *needed = kNone;
        if (theirs == Seen::kNot) open.push_back(*needed);
      }
    }
  }
}

PathGraph::Times PathGraph::Without(size_t place, Others others) const {
  Times times(nodes_.size());
  for (const int at : order_) {
    const Node& node = nodes_[static_cast<size_t>(at)];
    Time time = node.before == kNone ? node.floor : times[static_cast<size_t>(node.before)];
    if (node.before != kNone) {
      for (const Delay& delay : node.delays) time += delay.place == place ? 0 : delay.part.duration();
    }
    if (node.waker != kNone) time = std::max(time, times[static_cast<size_t>(node.waker)]);
    if (node.others != kNone && others == Others::kNeeded) time = std::max(time, times[static_cast<size_t>(node.others)]);
    times[static_cast<size_t>(at)] = time;
  }
  return times;
}

std::optional<PathPart> PathGraph::DecidedBy(size_t place, Others others, const Times& times,
                                             const std::vector<PathPart>& old_path) const {
  std::map<std::pair<model::GoroutineId, Time>, Time> old;  // end by begin
  for (const PathPart& part : old_path) old[{part.goroutine, part.begin}] = part.end;
  const auto is_old = [&](const PathPart& part) {
    const auto after = old.lower_bound({part.goroutine, part.end});
    if (after == old.begin()) return false;
    const auto& [begin, end] = *std::prev(after);
    return begin.first == part.goroutine && end > part.begin;
  };
  std::optional<PathPart> longest;
  for (int at = 0; at != kNone;) {
    const Node& node = nodes_[static_cast<size_t>(at)];
    at = Decider(node, times, others);
    if (at != node.before) continue;
    for (const Delay& delay : node.delays) {
      const bool is_longer = !longest || delay.part.duration() > longest->duration();
      if (delay.place != place && is_longer && !is_old(delay.part)) longest = delay.part;
    }
  }
  return longest;
}

// Which of those that a moment needs came last.
int PathGraph::Decider(const Node& node, const Times& times, Others others) const {
  const auto time_of = [&](int at) { return at == kNone ? begin_ : times[static_cast<size_t>(at)]; };
  int decider = node.waker != kNone && time_of(node.waker) >= time_of(node.before) ? node.waker : node.before;
  if (others == Others::kNeeded && node.others != kNone && time_of(node.others) > time_of(decider)) decider = node.others;
  return decider;
}

}  // namespace analysis
