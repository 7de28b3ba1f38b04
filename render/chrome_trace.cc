#include "render/chrome_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "model/utf8.h"

namespace render {
namespace {

using model::LaneId;
using model::LaneKind;
using model::StringId;
using model::Timeline;
using model::TimelineLane;
using model::TimelineSpan;

constexpr size_t kPiece = 1 << 16;
constexpr int kCounterProcess = 100;

// A JSON string; bytes that are no UTF-8 become U+FFFD.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const model::Utf8Char c = model::DecodeUtf8(text);
    if (!c.is_valid) {
      out += "\xef\xbf\xbd";
    } else if (c.code < 0x20 || c.code == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c.code));
    } else {
      if (c.code == '"' || c.code == '\\') out += '\\';
      out += text.substr(0, c.length);
    }
    text.remove_prefix(c.length);
  }
  return out + '"';
}

// The format counts in microseconds.
std::string Micros(int64_t ns) { return fmt::format("{}.{:03}", ns / 1000, ns % 1000); }
double Number(int64_t ns) { return static_cast<double>(ns) / 1000; }

// A length to which the same holds in floating point as in nanoseconds: a span ends before or when the next one begins.
// speedscope takes the lane's first time from all times and then adds lengths; where a sum came out too large by the last
// bit, it would see two spans in each other's way.
std::string Length(int64_t first, const TimelineSpan& span) {
  const double begin = Number(span.begin) - Number(first), end = Number(span.end) - Number(first);
  double length = end - begin;
  while (begin + length > end) length = std::nextafter(length, 0.0);
  return fmt::format("{}", length);
}

int Process(LaneKind kind) {
  if (kind == LaneKind::kRegion || kind == LaneKind::kShortGoroutines) kind = LaneKind::kGoroutine;
  if (kind == LaneKind::kProcWork) kind = LaneKind::kProc;
  if (kind == LaneKind::kStopTheWorld) kind = LaneKind::kCollector;
  return static_cast<int>(kind) + 1;
}

const char* ProcessName(LaneKind kind) {
  switch (kind) {
    case LaneKind::kCollector:
    case LaneKind::kStopTheWorld:
      return "garbage collector";
    case LaneKind::kTask:
      return "tasks";
    case LaneKind::kProc:
    case LaneKind::kProcWork:
      return "procs";
    case LaneKind::kThread:
      return "threads";
    default:
      return "goroutines";
  }
}

std::string LaneName(const TimelineLane& lane) {
  const std::string row = lane.row == 0 ? "" : fmt::format(" ({})", lane.row + 1);
  switch (lane.kind) {
    case LaneKind::kCollector:
      return "collections" + row;
    case LaneKind::kStopTheWorld:
      return "world stopped" + row;
    case LaneKind::kProc:
      return fmt::format("p{}", lane.subject);
    case LaneKind::kProcWork:
      return fmt::format("p{} collector's work{}", lane.subject, row);
    case LaneKind::kThread:
      return fmt::format("thread {}", lane.subject);
    default:
      return lane.name + row;
  }
}

const char* SubjectKey(const Timeline& timeline, const TimelineLane& lane, const TimelineSpan& span) {
  if (span.subject < 0) return nullptr;
  switch (lane.kind) {
    case LaneKind::kProc:
    case LaneKind::kThread:
    case LaneKind::kStopTheWorld:
    case LaneKind::kProcWork:
      return "goroutine";
    case LaneKind::kTask:
      return "task";
    case LaneKind::kGoroutine: {
      const std::string_view state = timeline.names[span.name];
      return state == "Running" ? "proc" : state.starts_with("Waiting") ? "ended_by_goroutine" : "by_goroutine";
    }
    default:
      return nullptr;
  }
}

class Writer {
 public:
  Writer(const Timeline& timeline, const std::function<void(std::string_view)>& write)
      : timeline_(timeline), write_(write), names_(timeline.names.size()) {}

  void Write() {
    out_ = fmt::format(
        R"({{"displayTimeUnit":"ns","otherData":{{"version":{},"begin_ns":{},"end_ns":{},"resolution_ns":{},"lost_share":{}}},"traceEvents":[)",
        Quoted(timeline_.version), timeline_.begin_ns, timeline_.end_ns, timeline_.resolution_ns, timeline_.lost_share);
    Names();
    for (uint32_t at = 0; at < timeline_.lanes.size(); ++at) Lane(LaneId(at));
    for (uint32_t at = 0; at < timeline_.lanes.size(); ++at) Arrows(LaneId(at));
    for (const model::TimelineCounter& counter : timeline_.counters) Counter(counter);
    out_ += "\n]}\n";
    write_(out_);
  }

 private:
  const std::string& Name(StringId id) {
    std::string& name = names_[id.index()];
    if (name.empty()) name = Quoted(timeline_.names[id]);
    return name;
  }
  static uint32_t Thread(LaneId id) { return id.value + 1; }

  template <class... Values>
  void Add(fmt::format_string<Values...> format, Values&&... values) {
    out_ += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
    if (out_.size() < kPiece) return;
    write_(out_);
    out_.clear();
  }

  void Names() {
    std::set<int> named;
    for (uint32_t at = 0; at < timeline_.lanes.size(); ++at) {
      const TimelineLane& lane = timeline_.lanes[LaneId(at)];
      const int process = Process(lane.kind);
      if (named.insert(process).second) {
        Add(R"({{"ph":"M","name":"process_name","pid":{},"args":{{"name":"{}"}}}})", process, ProcessName(lane.kind));
        Add(R"({{"ph":"M","name":"process_sort_index","pid":{0},"args":{{"sort_index":{0}}}}})", process);
      }
      Add(R"({{"ph":"M","name":"thread_name","pid":{},"tid":{},"args":{{"name":{}}}}})", process, Thread(LaneId(at)),
          Quoted(LaneName(lane)));
      Add(R"({{"ph":"M","name":"thread_sort_index","pid":{},"tid":{},"args":{{"sort_index":{}}}}})", process,
          Thread(LaneId(at)), SortIndex(lane));
    }
    if (timeline_.counters.empty()) return;
    Add(R"({{"ph":"M","name":"process_name","pid":{},"args":{{"name":"counters"}}}})", kCounterProcess);
  }

  // A goroutine's regions below it, a proc's sweeping below the proc.
  static int64_t SortIndex(const TimelineLane& lane) {
    const bool is_below = lane.kind == LaneKind::kRegion || lane.kind == LaneKind::kProcWork;
    return std::min<int64_t>(lane.subject, INT32_MAX / 16) * 16 + (is_below ? std::min<uint32_t>(lane.row, 14) + 1 : 0);
  }

  void Lane(LaneId id) {
    const TimelineLane& lane = timeline_.lanes[id];
    const int process = Process(lane.kind);
    for (const TimelineSpan& span : lane.spans) {
      Add(R"({{"ph":"X","name":{},"cat":"{}","pid":{},"tid":{},"ts":{},"dur":{},"args":{{{}}}}})", Name(span.name),
          model::Name(lane.kind), process, Thread(id), Micros(span.begin), Length(lane.spans.front().begin, span),
          Details(lane, span));
    }
    for (const model::TimelineMark& mark : lane.marks) {
      Add(R"({{"ph":"i","s":"t","name":{},"cat":"mark","pid":{},"tid":{},"ts":{},"args":{{"text":{},"count":{}}}}})",
          Name(mark.name), process, Thread(id), Micros(mark.time), Name(mark.text), mark.pieces);
    }
  }

  // Behind all spans: an arrow belongs to the span that was begun last on its lane.
  void Arrows(LaneId id) {
    const TimelineLane& lane = timeline_.lanes[id];
    for (const model::TimelineArrow& arrow : lane.arrows) {
      const char* what = arrow.is_creation ? "go" : "wake";
      Add(R"({{"ph":"s","name":"{0}","cat":"{0}","id":{1},"pid":{2},"tid":{3},"ts":{4}}})", what, ++arrows_,
          Process(timeline_.lanes[arrow.from].kind), Thread(arrow.from), Micros(arrow.time));
      Add(R"({{"ph":"f","bp":"e","name":"{0}","cat":"{0}","id":{1},"pid":{2},"tid":{3},"ts":{4}}})", what, arrows_,
          Process(lane.kind), Thread(id), Micros(arrow.time));
    }
  }

  std::string Details(const TimelineLane& lane, const TimelineSpan& span) {
    std::string text;
    const auto add = [&](std::string_view key, const auto& value) {
      fmt::format_to(std::back_inserter(text), "{}\"{}\":{}", text.empty() ? "" : ",", key, value);
    };
    if (const char* key = SubjectKey(timeline_, lane, span)) add(key, span.subject);
    if (span.site != StringId(0)) add("at", Name(span.site));
    if (span.pieces != 1) add("merged", span.pieces);
    if (span.pieces != 1) add("covered_ns", span.covered);
    if (span.began_before) add("began_before_the_trace", true);
    if (span.is_open) add("not_over", true);
    return text;
  }

  void Counter(const model::TimelineCounter& counter) {
    const std::string name = Quoted(counter.name);
    const auto add = [&](int64_t time, int64_t value) {
      Add(R"({{"ph":"C","name":{},"pid":{},"ts":{},"args":{{"{}":{}}}}})", name, kCounterProcess, Micros(time), counter.unit,
          value);
    };
    for (const model::CounterPoint& point : counter.points) {
      add(point.time, point.largest);
      if (point.last != point.largest) add(point.changed, point.last);
    }
  }

  const Timeline& timeline_;
  const std::function<void(std::string_view)>& write_;
  std::vector<std::string> names_;  // quoted
  std::string out_;
  bool is_first_ = true;
  uint64_t arrows_ = 0;
};

}  // namespace

void WriteChromeTrace(const Timeline& timeline, const std::function<void(std::string_view)>& write) {
  Writer(timeline, write).Write();
}

}  // namespace render
