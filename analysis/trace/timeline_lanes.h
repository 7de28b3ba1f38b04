#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/timeline.h"

// The lanes of a Timeline while it is being made: what comes is merged with its neighbour where both are shorter than the
// resolution, and whenever more is held than was asked for, the resolution is doubled and all is merged once more. So a
// trace of any length needs the same memory, and a long span is never touched.
namespace analysis {

class TimelineLanes {
 public:
  // resolution_ns 0: nothing is merged until there is more than `limit`.
  TimelineLanes(int64_t resolution_ns, size_t limit);

  model::StringId Intern(std::string_view text) { return timeline_.names.Intern(text); }

  // In order of their begin, lane by lane. What overlaps the span before it is cut.
  void Add(model::LaneKind kind, int64_t subject, uint32_t row, const model::TimelineSpan& span);
  void Mark(model::LaneKind kind, int64_t subject, const model::TimelineMark& mark);
  void Arrow(int64_t from_goroutine, int64_t to_goroutine, int64_t time, bool is_creation);
  void Count(std::string_view name, std::string_view unit, int64_t time, int64_t value);

  void Name(model::LaneKind kind, int64_t subject, uint32_t row, std::string name);
  // No more will come of it: it may be counted with others that lived as short.
  void End(int64_t goroutine);

  model::Timeline Finish();

 private:
  using Kind = model::LaneKind;
  struct Row {
    model::TimelineLane lane;
    bool is_over = false;
  };
  struct Key {
    Kind kind;
    int64_t subject;
    uint32_t row;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const {
      return (static_cast<uint64_t>(key.subject) * 0x9e3779b97f4a7c15U) ^ (key.row * 16U + static_cast<uint64_t>(key.kind));
    }
  };

  size_t At(const Key& key);
  bool Join(model::TimelineSpan& into, const model::TimelineSpan& span) const;
  void AddPoint(std::vector<model::CounterPoint>& points, const model::CounterPoint& point);
  void Grew(size_t by);
  void Coarsen();
  void Merge(model::TimelineLane& lane) const;
  bool IsShort(const Row& row) const;
  void FoldShort();
  void CountShort(const model::TimelineLane& lane);
  size_t Size() const;

  model::Timeline timeline_;
  size_t limit_;
  size_t size_ = 0;
  std::vector<Row> rows_;
  std::unordered_map<Key, size_t, Hash> index_;
  std::map<std::string, size_t, std::less<>> counters_;
};

}  // namespace analysis
