#include "analysis/trace/path_history.h"

#include <algorithm>

namespace analysis {
namespace {

using model::EventKind;
using model::GoState;

// Foreign goroutines that wait for foreign goroutines: deeper than this the wait itself is shown.
constexpr int kMaxDepth = 32;
// A walk takes a step per span; a trace with broken times must not keep it going for ever.
constexpr size_t kMaxSteps = 1'000'000;
// How far up the line of creators is looked for the root.
constexpr int kMaxAncestors = 64;

}  // namespace

void PathHistory::See(const model::Event& event) {
  if (event.kind == EventKind::kRegionBegin || event.kind == EventKind::kRegionEnd) {
    SeeRegion(event);
    spans_.See(event);
    return;
  }
  const StateSpan* span = spans_.See(event);
  if (event.kind != EventKind::kGoroutineState || event.from == event.to) return;
  if (span != nullptr) {
    StateSpan closed = *span;
    const StateSpan* next = spans_.current(event.subject);
    if (closed.state == GoState::kRunning && next != nullptr) closed.stack = next->stack;  // where it stopped
    Close(closed, closed.end);
  }
  Goroutine& goroutine = goroutines_[event.subject];
  if (const GoroutineOrigin* origin = spans_.origin(event.subject); origin != nullptr && origin->is_created_in_trace) {
    if (!goroutine.created && origin->creator != model::kNoGoroutine)
      goroutines_[origin->creator].children.push_back(event.subject);
    goroutine.created = origin->first_seen;
    goroutine.creator = origin->creator;
  }
  const StateSpan* now = spans_.current(event.subject);
  goroutine.piece_begin = now == nullptr ? event.time : now->begin;
  goroutine.ended = event.to == GoState::kNotExist ? std::optional(event.time) : std::nullopt;
}

void PathHistory::SeeRegion(const model::Event& event) {
  const StateSpan* now = spans_.current(event.goroutine);
  if (now == nullptr) return;
  StateSpan piece = *now;
  piece.stack = event.stack;
  Close(piece, event.time);
  Goroutine& goroutine = goroutines_[event.goroutine];
  goroutine.piece_begin = event.time;
  if (event.kind == EventKind::kRegionBegin) {
    goroutine.regions.push_back(event.name);
    return;
  }
  const auto at = std::find(goroutine.regions.rbegin(), goroutine.regions.rend(), event.name);
  if (at != goroutine.regions.rend()) goroutine.regions.erase(std::next(at).base());
}

model::StringId PathHistory::region(model::GoroutineId goroutine) const {
  const auto at = goroutines_.find(goroutine);
  return at == goroutines_.end() || at->second.regions.empty() ? model::StringId() : at->second.regions.back();
}

// The part of the goroutine's present span that has not been put away yet.
void PathHistory::Close(const StateSpan& span, model::Time end) {
  Goroutine& goroutine = goroutines_[span.goroutine];
  const model::Time begin = std::max(goroutine.piece_begin, span.begin);
  if (end <= begin) return;
  PathPart part{.goroutine = span.goroutine,
                .state = span.state,
                .region = goroutine.regions.empty() ? model::StringId() : goroutine.regions.back(),
                .stack = span.stack,
                .begin = begin,
                .end = end};
  if (span.state == GoState::kWaiting) part.resource = sites_.Of(span.stack, span.reason).resource;
  goroutine.pieces.push_back({.part = part, .ender = span.ender});
}

void PathHistory::ForgetBefore(model::Time time) {
  for (auto row = goroutines_.begin(); row != goroutines_.end();) {
    std::vector<Piece>& pieces = row->second.pieces;
    const auto keep = std::ranges::upper_bound(pieces, time, {}, [](const Piece& piece) { return piece.part.end; });
    pieces.erase(pieces.begin(), keep);
    row = pieces.empty() && row->second.ended ? goroutines_.erase(row) : std::next(row);
  }
  for (auto& [id, goroutine] : goroutines_) {
    std::erase_if(goroutine.children, [&](model::GoroutineId child) { return !goroutines_.contains(child); });
  }
}

std::vector<PathPart> PathHistory::WalkBack(model::GoroutineId root, model::GoroutineId goroutine, model::Time begin,
                                            model::Time end) {
  Walk walk{.root = root, .begin = begin};
  Follow(walk, goroutine, begin, end, 0);
  std::ranges::reverse(walk.parts);
  return std::move(walk.parts);
}

std::vector<PathPart> PathHistory::WalkForeign(model::GoroutineId root, model::Time work_begin, model::GoroutineId goroutine,
                                               model::Time begin, model::Time end) {
  Walk walk{.root = root, .begin = work_begin};
  Follow(walk, goroutine, begin, end, 1);
  std::ranges::reverse(walk.parts);
  return std::move(walk.parts);
}

std::optional<PathHistory::Piece> PathHistory::PieceAt(model::GoroutineId id, model::Time to) {
  const auto found = goroutines_.find(id);
  if (found == goroutines_.end()) return std::nullopt;
  const std::vector<Piece>& pieces = found->second.pieces;
  auto at = std::ranges::lower_bound(pieces, to, {}, [](const Piece& piece) { return piece.part.end; });
  if (at != pieces.end()) return at->part.begin < to ? std::optional(*at) : std::nullopt;
  const StateSpan* now = spans_.current(id);
  if (now == nullptr || found->second.ended || std::max(found->second.piece_begin, now->begin) >= to) return std::nullopt;
  Piece piece{.part = {.goroutine = id,
                       .state = now->state,
                       .region = region(id),
                       .stack = now->stack,
                       .begin = std::max(found->second.piece_begin, now->begin),
                       .end = to}};
  if (now->state == GoState::kWaiting) piece.part.resource = sites_.Of(now->stack, now->reason).resource;
  return piece;
}

std::optional<model::GoroutineId> PathHistory::CreatorAt(model::GoroutineId goroutine, model::Time time) const {
  const auto at = goroutines_.find(goroutine);
  const bool was_born_then = at != goroutines_.end() && at->second.created && *at->second.created >= time &&
                             at->second.creator != model::kNoGoroutine;
  return was_born_then ? std::optional(at->second.creator) : std::nullopt;
}

bool PathHistory::IsOwn(model::GoroutineId root, model::Time work_begin, model::GoroutineId goroutine) const {
  for (int generation = 0; generation < kMaxAncestors; ++generation) {
    if (goroutine == root) return true;
    const auto at = goroutines_.find(goroutine);
    if (at == goroutines_.end() || !at->second.created || *at->second.created < work_begin) return false;
    goroutine = at->second.creator;
  }
  return false;
}

std::vector<std::pair<model::Time, model::GoroutineId>> PathHistory::OwnEnded(model::GoroutineId root, model::Time begin,
                                                                              model::Time end) const {
  std::vector<std::pair<model::Time, model::GoroutineId>> ended;
  std::vector<model::GoroutineId> open{root};
  while (!open.empty()) {
    const auto at = goroutines_.find(open.back());
    open.pop_back();
    if (at == goroutines_.end()) continue;
    for (auto child = at->second.children.rbegin(); child != at->second.children.rend(); ++child) {
      const auto row = goroutines_.find(*child);
      if (row == goroutines_.end() || !row->second.created) continue;
      if (*row->second.created < begin) break;
      open.push_back(*child);
      if (row->second.ended && *row->second.ended <= end) ended.emplace_back(*row->second.ended, *child);
    }
  }
  std::ranges::sort(ended);
  return ended;
}

void PathHistory::Follow(Walk& walk, model::GoroutineId goroutine, model::Time from, model::Time to, int depth) {
  model::GoroutineId switched_from = model::kNoGoroutine;
  while (to > from && ++walk.steps < kMaxSteps) {
    const std::optional<Piece> piece = PieceAt(goroutine, to);
    if (!piece) {
      const std::optional<model::GoroutineId> creator = CreatorAt(goroutine, to);
      if (creator && *creator != switched_from) {
        switched_from = goroutine;
        goroutine = *creator;
        continue;
      }
      walk.parts.push_back({.goroutine = goroutine, .begin = from, .end = to});  // nothing is known of that time
      return;
    }
    const model::Time begin = std::max(piece->part.begin, from);
    const bool is_ended_here = piece->part.state == GoState::kWaiting && piece->ender != model::kNoGoroutine &&
                               piece->ender != switched_from && to == piece->part.end;
    if (is_ended_here && IsOwn(walk.root, walk.begin, piece->ender)) {
      switched_from = goroutine;
      goroutine = piece->ender;
      continue;
    }
    if (is_ended_here && depth < kMaxDepth) {
      Follow(walk, piece->ender, begin, to, depth + 1);
    } else {
      walk.parts.push_back(piece->part);
      walk.parts.back().begin = begin;
      walk.parts.back().end = to;
    }
    to = begin;
    switched_from = model::kNoGoroutine;
  }
}

}  // namespace analysis
