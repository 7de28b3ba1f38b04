#include "analysis/trace/timeline_lanes.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "model/units.h"

namespace analysis {
namespace {

using model::CounterPoint;
using model::LaneId;
using model::TimelineArrow;
using model::TimelineLane;
using model::TimelineMark;
using model::TimelineSpan;

constexpr int64_t kFirstResolution = 1000;
constexpr size_t kLaneSize = 4;  // a lane takes about as much room as so many spans

}  // namespace

TimelineLanes::TimelineLanes(int64_t resolution_ns, size_t limit) : limit_(limit) {
  timeline_.resolution_ns = resolution_ns;
}

size_t TimelineLanes::At(const Key& key) {
  const auto [at, is_new] = index_.try_emplace(key, rows_.size());
  if (is_new) {
    rows_.push_back({.lane = {.kind = key.kind, .subject = key.subject, .row = key.row}});
    size_ += kLaneSize;
  }
  return at->second;
}

bool TimelineLanes::Join(TimelineSpan& into, const TimelineSpan& span) const {
  if (span.end - into.begin >= timeline_.resolution_ns) return false;
  if (span.longest > into.longest) {
    into.longest = span.longest;
    into.name = span.name;
    into.site = span.site;
    into.subject = span.subject;
  }
  into.end = span.end;
  into.covered += span.covered;
  into.pieces += span.pieces;
  into.is_open |= span.is_open;
  return true;
}

void TimelineLanes::Add(Kind kind, int64_t subject, uint32_t row, const TimelineSpan& span) {
  std::vector<TimelineSpan>& spans = rows_[At({kind, subject, row})].lane.spans;
  TimelineSpan added = span;
  if (!spans.empty()) added.begin = std::max(added.begin, spans.back().end);
  if (added.end < added.begin) return;
  ++timeline_.pieces;
  added.covered = added.longest = added.end - added.begin;
  if (!spans.empty() && Join(spans.back(), added)) return;
  spans.push_back(added);
  Grew(1);
}

void TimelineLanes::Mark(Kind kind, int64_t subject, const TimelineMark& mark) {
  std::vector<TimelineMark>& marks = rows_[At({kind, subject, 0})].lane.marks;
  if (!marks.empty() && mark.time - marks.back().time < timeline_.resolution_ns) {
    ++marks.back().pieces;
    return;
  }
  marks.push_back(mark);
  Grew(1);
}

void TimelineLanes::Arrow(int64_t from_goroutine, int64_t to_goroutine, int64_t time, bool is_creation) {
  const LaneId from(static_cast<uint32_t>(At({Kind::kGoroutine, from_goroutine, 0})));
  std::vector<TimelineArrow>& arrows = rows_[At({Kind::kGoroutine, to_goroutine, 0})].lane.arrows;
  if (!arrows.empty() && time - arrows.back().time < timeline_.resolution_ns) return;
  arrows.push_back({.time = time, .from = from, .is_creation = is_creation});
  Grew(1);
}

void TimelineLanes::AddPoint(std::vector<CounterPoint>& points, const CounterPoint& point) {
  if (!points.empty() && point.changed - points.back().time < timeline_.resolution_ns) {
    CounterPoint& last = points.back();
    last.changed = point.changed;
    last.largest = std::max(last.largest, point.largest);
    last.last = point.last;
    return;
  }
  points.push_back(point);
}

void TimelineLanes::Count(std::string_view name, std::string_view unit, int64_t time, int64_t value) {
  auto at = counters_.find(name);
  if (at == counters_.end()) {
    at = counters_.emplace(name, timeline_.counters.size()).first;
    timeline_.counters.push_back({.name = std::string(name), .unit = std::string(unit), .points = {}});
  }
  std::vector<CounterPoint>& points = timeline_.counters[at->second].points;
  if (!points.empty() && points.back().last == value) return;
  const size_t before = points.size();
  if (before != 0 && points.back().changed == time) {  // several changes at one moment: the last of them counts
    if (points.back().time == time) points.back().largest = value;
    points.back().last = value;
    return;
  }
  AddPoint(points, {.time = time, .changed = time, .largest = value, .last = value});
  Grew(points.size() - before);
}

void TimelineLanes::Name(Kind kind, int64_t subject, uint32_t row, std::string name) {
  rows_[At({kind, subject, row})].lane.name = std::move(name);
}

void TimelineLanes::End(int64_t goroutine) {
  for (const Kind kind : {Kind::kGoroutine, Kind::kRegion}) {
    for (uint32_t row = 0;; ++row) {
      const auto at = index_.find({kind, goroutine, row});
      if (at == index_.end()) break;
      rows_[at->second].is_over = true;
    }
  }
}

void TimelineLanes::Grew(size_t by) {
  size_ += by;
  while (size_ > limit_) {
    const size_t before = size_;
    timeline_.resolution_ns = std::max(kFirstResolution, timeline_.resolution_ns * 2);
    Coarsen();
    if (size_ > before / 4 * 3 && timeline_.resolution_ns > (int64_t{1} << 40)) {
      limit_ = size_ * 2;  // so many lanes: there is nothing left to merge
    }
  }
}

void TimelineLanes::Coarsen() {
  for (Row& row : rows_) Merge(row.lane);
  for (model::TimelineCounter& counter : timeline_.counters) {
    std::vector<CounterPoint> points;
    points.swap(counter.points);
    for (const CounterPoint& point : points) AddPoint(counter.points, point);
  }
  FoldShort();
  size_ = Size();
}

void TimelineLanes::Merge(TimelineLane& lane) const {
  const int64_t resolution = timeline_.resolution_ns;
  if (lane.kind != Kind::kShortGoroutines) {
    std::vector<TimelineSpan> spans;
    for (const TimelineSpan& span : lane.spans) {
      if (spans.empty() || !Join(spans.back(), span)) spans.push_back(span);
    }
    lane.spans.swap(spans);
  }
  std::vector<TimelineMark> marks;
  for (const TimelineMark& mark : lane.marks) {
    if (!marks.empty() && mark.time - marks.back().time < resolution) {
      marks.back().pieces += mark.pieces;
    } else {
      marks.push_back(mark);
    }
  }
  lane.marks.swap(marks);
  std::vector<TimelineArrow> arrows;
  for (const TimelineArrow& arrow : lane.arrows) {
    if (arrows.empty() || arrow.time - arrows.back().time >= resolution) arrows.push_back(arrow);
  }
  lane.arrows.swap(arrows);
}

bool TimelineLanes::IsShort(const Row& row) const {
  if (!row.is_over || (row.lane.kind != Kind::kGoroutine && row.lane.kind != Kind::kRegion)) return false;
  const auto& spans = row.lane.spans;
  return spans.empty() || spans.back().end - spans.front().begin < timeline_.resolution_ns;
}

// Short lives come and go in any order: they are counted by the stretch of time they began in.
void TimelineLanes::CountShort(const TimelineLane& lane) {
  if (lane.kind != Kind::kGoroutine || lane.spans.empty()) return;
  const int64_t width = timeline_.resolution_ns;
  const int64_t begin = lane.spans.front().begin / width * width;
  std::vector<TimelineSpan>& cells = rows_[At({Kind::kShortGoroutines, 0, 0})].lane.spans;
  auto at = std::ranges::lower_bound(cells, begin, {}, &TimelineSpan::begin);
  if (at == cells.end() || at->begin != begin) {
    at = cells.insert(at, {.begin = begin, .end = begin + width, .name = Intern("short goroutines"), .pieces = 0});
  }
  for (const TimelineSpan& span : lane.spans) at->covered += span.covered;
  at->longest = std::max(at->longest, lane.spans.back().end - lane.spans.front().begin);
  ++at->pieces;
}

void TimelineLanes::FoldShort() {
  if (std::ranges::none_of(rows_, [&](const Row& row) { return IsShort(row); })) return;
  const size_t shared = At({Kind::kShortGoroutines, 0, 0});
  std::vector<TimelineSpan> cells;  // of half the width, or of the same
  cells.swap(rows_[shared].lane.spans);
  for (const TimelineSpan& cell : cells) {
    const int64_t begin = cell.begin / timeline_.resolution_ns * timeline_.resolution_ns;
    std::vector<TimelineSpan>& wider = rows_[shared].lane.spans;
    if (wider.empty() || wider.back().begin != begin) {
      wider.push_back(cell);
      wider.back().begin = begin;
      wider.back().end = begin + timeline_.resolution_ns;
      continue;
    }
    wider.back().covered += cell.covered;
    wider.back().longest = std::max(wider.back().longest, cell.longest);
    wider.back().pieces += cell.pieces;
  }
  std::vector<bool> is_short;
  for (const Row& row : rows_) is_short.push_back(IsShort(row));
  for (size_t at = 0; at < is_short.size(); ++at) {
    if (is_short[at]) CountShort(rows_[at].lane);
  }
  std::vector<LaneId> now_at(rows_.size());
  std::vector<Row> kept;
  for (size_t at = 0; at < is_short.size(); ++at) {
    if (is_short[at]) continue;
    now_at[at] = LaneId(static_cast<uint32_t>(kept.size()));
    kept.push_back(std::move(rows_[at]));
  }
  for (size_t at = 0; at < is_short.size(); ++at) {
    if (is_short[at]) now_at[at] = now_at[shared];
  }
  rows_.swap(kept);
  for (Row& row : rows_) {
    for (TimelineArrow& arrow : row.lane.arrows) arrow.from = now_at[arrow.from.index()];
  }
  index_.clear();
  for (size_t at = 0; at < rows_.size(); ++at)
    index_[{rows_[at].lane.kind, rows_[at].lane.subject, rows_[at].lane.row}] = at;
}

size_t TimelineLanes::Size() const {
  size_t size = rows_.size() * kLaneSize;
  for (const Row& row : rows_) size += row.lane.spans.size() + row.lane.marks.size() + row.lane.arrows.size();
  for (const model::TimelineCounter& counter : timeline_.counters) size += counter.points.size();
  return size;
}

model::Timeline TimelineLanes::Finish() {
  if (timeline_.resolution_ns > 0) FoldShort();
  std::vector<size_t> order(rows_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t at) {
    const TimelineLane& lane = rows_[at].lane;
    return std::tuple(lane.kind, lane.subject, lane.row);
  });
  std::vector<LaneId> now_at(rows_.size());
  for (const size_t at : order) now_at[at] = timeline_.lanes.Add(std::move(rows_[at].lane));
  for (uint32_t at = 0; at < timeline_.lanes.size(); ++at) {
    TimelineLane& lane = timeline_.lanes[LaneId(at)];
    for (TimelineArrow& arrow : lane.arrows) arrow.from = now_at[arrow.from.index()];
    if (lane.kind == Kind::kShortGoroutines) {
      lane.name =
          fmt::format("goroutines that lived less than {}", model::FormatValue(timeline_.resolution_ns, "nanoseconds"));
    }
  }
  return std::move(timeline_);
}

}  // namespace analysis
