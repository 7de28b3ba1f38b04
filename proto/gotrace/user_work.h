#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/event.h"
#include "model/id_map.h"
#include "model/symbols.h"
#include "model/warnings.h"

// The tasks and regions of a program that are open, for both versions of traces. Go's own reader refuses a trace whose
// program uses them wrongly; here that is a warning. `where` is a function that says in words where in the file it happened.
namespace proto::gotrace {

class UserWork {
 public:
  struct Task {
    model::TaskId parent = model::kNoTask;
    model::StringId name;
  };
  struct Region {
    model::TaskId task = 0;
    model::StringId name;
    bool operator==(const Region&) const = default;
  };

  // Both must outlive it.
  UserWork(const model::Symbols& symbols, model::Warnings& warnings) : symbols_(symbols), warnings_(warnings) {}

  template <class Where>
  void BeginTask(model::TaskId id, const Task& task, const Where& where) {
    if (first_task_ == 0) first_task_ = id;
    if (!tasks_.insert_or_assign(id, task).second) warnings_.Add("task begun twice", Of(where, id));
  }

  // Nothing for a task that is older than the trace, or has ended already: ids are given out in order, so it shows which.
  template <class Where>
  std::optional<Task> EndTask(model::TaskId id, const Where& where) {
    const auto at = tasks_.find(id);
    if (at == tasks_.end()) {
      if (first_task_ != 0 && id >= first_task_) warnings_.Add("task ended twice", Of(where, id));
      return {};
    }
    const Task task = at->second;
    tasks_.erase(at);
    return task;
  }

  void BeginRegion(model::GoroutineId goroutine, const Region& region) {
    const auto id = static_cast<uint64_t>(goroutine);
    std::vector<Region>* open = regions_.Find(id);
    if (open == nullptr) open = &regions_.Add(id, {});
    open->push_back(region);
  }

  // Regions of a goroutine should end inside out; one that is older than the trace has no beginning here.
  template <class Where>
  void EndRegion(model::GoroutineId goroutine, const Region& region, const Where& where) {
    std::vector<Region>* const open = regions_.Find(static_cast<uint64_t>(goroutine));
    if (open == nullptr || open->empty()) return;
    if (open->back() == region) {
      open->pop_back();
      return;
    }
    warnings_.Add("region ended out of order",
                  fmt::format("{}: goroutine {} ends \"{}\" inside of \"{}\"", where(), goroutine,
                              symbols_.text(region.name), symbols_.text(open->back().name)));
    const auto begun = std::find(open->rbegin(), open->rend(), region);
    if (begun != open->rend()) open->erase(std::next(begun).base());
  }

  void EndGoroutine(model::GoroutineId goroutine) {
    if (regions_.size() > 0) regions_.Erase(static_cast<uint64_t>(goroutine));
  }

  // What comes now is behind a gap.
  void Reset() {
    regions_.Clear();
    first_task_ = 0;
  }

 private:
  template <class Where>
  static std::string Of(const Where& where, model::TaskId id) {
    return fmt::format("{}: task {}", where(), id);
  }

  const model::Symbols& symbols_;
  model::Warnings& warnings_;
  model::TaskId first_task_ = 0;  // that was seen to begin; 0 = none
  std::unordered_map<model::TaskId, Task> tasks_;
  model::IdMap<std::vector<Region>> regions_;  // of goroutines that ever had one; innermost last
};

}  // namespace proto::gotrace
