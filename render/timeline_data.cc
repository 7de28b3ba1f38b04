#include "render/timeline_data.h"

#include <nlohmann/json.hpp>

#include "render/page_bytes.h"
#include "render/svg_writer.h"

namespace render {
namespace {

using nlohmann::json;

constexpr size_t kNameBytes = 1000;

json Head(const model::Timeline& timeline) {
  json names = json::array(), lanes = json::array(), counters = json::array();
  for (uint32_t i = 0; i < timeline.names.size(); ++i) {
    names.push_back(CutMiddle(timeline.names[model::StringId(i)], kNameBytes));
  }
  for (uint32_t i = 0; i < timeline.lanes.size(); ++i) {
    const model::TimelineLane& lane = timeline.lanes[model::LaneId(i)];
    lanes.push_back({static_cast<int>(lane.kind), lane.subject, lane.row, CutMiddle(lane.name, kNameBytes),
                     lane.spans.size(), lane.marks.size(), lane.arrows.size()});
  }
  for (const model::TimelineCounter& counter : timeline.counters) {
    counters.push_back({CutMiddle(counter.name, kNameBytes), counter.unit, counter.points.size()});
  }
  return {{"begin", timeline.begin_ns}, {"end", timeline.end_ns},         {"resolution", timeline.resolution_ns},
          {"pieces", timeline.pieces},  {"lost", timeline.lost_share},    {"names", std::move(names)},
          {"lanes", std::move(lanes)},  {"counters", std::move(counters)}};
}

void AppendSpans(PageBytesWriter& out, const model::TimelineLane& lane) {
  int64_t at = 0;
  for (const model::TimelineSpan& span : lane.spans) {
    const bool is_merged = span.pieces > 1 || span.covered != span.end - span.begin;
    out.Signed(span.begin - at);
    out.Signed(span.end - span.begin);
    out.Unsigned((span.began_before ? 1U : 0U) | (span.is_open ? 2U : 0U) | (is_merged ? 4U : 0U));
    out.Unsigned(span.name.value);
    out.Unsigned(span.site.value);
    out.Signed(span.subject);
    if (is_merged) {
      out.Signed(span.covered);
      out.Signed(span.longest);
      out.Unsigned(span.pieces);
    }
    at = span.end;
  }
}

void AppendLane(PageBytesWriter& out, const model::TimelineLane& lane) {
  AppendSpans(out, lane);
  int64_t at = 0;
  for (const model::TimelineMark& mark : lane.marks) {
    out.Signed(mark.time - at);
    out.Unsigned(mark.name.value);
    out.Unsigned(mark.text.value);
    out.Unsigned(mark.pieces);
    at = mark.time;
  }
  at = 0;
  for (const model::TimelineArrow& arrow : lane.arrows) {
    out.Signed(arrow.time - at);
    out.Unsigned(arrow.from.value);
    out.Unsigned(arrow.is_creation ? 1 : 0);
    at = arrow.time;
  }
}

void AppendCounter(PageBytesWriter& out, const model::TimelineCounter& counter) {
  int64_t at = 0;
  for (const model::CounterPoint& point : counter.points) {
    out.Signed(point.time - at);
    out.Signed(point.changed - point.time);
    out.Signed(point.largest);
    out.Signed(point.last);
    at = point.changed;
  }
}

}  // namespace

std::string TimelineBytes(const model::Timeline& timeline) {
  PageBytesWriter out(Head(timeline).dump(-1, ' ', false, json::error_handler_t::replace));
  for (uint32_t i = 0; i < timeline.lanes.size(); ++i) AppendLane(out, timeline.lanes[model::LaneId(i)]);
  for (const model::TimelineCounter& counter : timeline.counters) AppendCounter(out, counter);
  return std::move(out).Take();
}

}  // namespace render
