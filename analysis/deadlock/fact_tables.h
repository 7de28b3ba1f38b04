#pragma once

#include <array>
#include <map>
#include <tuple>

#include "analysis/deadlock/facts.h"

// Rows of Facts by what they are of: found, or made at first mention.
namespace analysis::deadlock {

class FactTables {
 public:
  explicit FactTables(Facts& facts);  // what is there already is found again; O(facts)

  void RelearnRows();  // rows of goroutines and lineages have changed

  Row RowOf(GoroutineId id) {
    auto& [recent_id, recent_row] = recent_rows_[static_cast<uint64_t>(id) % recent_rows_.size()];
    return recent_id == id ? recent_row : FindRow(id);
  }
  SiteRow SiteOf(WaitKind kind, StackId stack);
  PostRow PostOf(WaitKind kind, StackId stack, FunctionId start);
  LineRow LineOf(Row creator, StackId create_stack, FunctionId start);

  // What a wait is at a stack, and its site; kNowhere where the program has no frame.
  struct WaitAt {
    WaitKind kind = WaitKind::kUnknown;
    StackId stack;  // user part
    SiteRow site = kNowhere;
  };
  WaitAt WaitOf(model::BlockReason reason, StackId raw);
  PostRow PostAt(SiteRow site, FunctionId start);

  // The counts of one way in which waits at a post end, in Post::relations and Facts::ended_by. Good as long as these are.
  struct Wake {
    LocationId place;  // innermost of the waker's frames outside of the machinery; 0 if there is none
    uint32_t* relation = nullptr;
    uint32_t* ended_by = nullptr;  // nullptr without a place
  };
  const Wake& WakeOf(PostRow post, Kin kin, FunctionId waker_start, StackId waker_stack);

 private:
  Row FindRow(GoroutineId id);
  const Row& AddRow(GoroutineId id);
  uint32_t CallOf(Row creator, StackId create_stack);

  Facts& facts_;
  std::array<std::pair<GoroutineId, Row>, 1024>
      recent_rows_{};  // by the last bits of the id: few run at a time, and ids are dense
  struct RecentWake {
    PostRow post = UINT32_MAX;
    Kin kin = Kin::kStranger;
    FunctionId waker_start;
    StackId waker_stack;
    Wake wake;
  };
  std::array<RecentWake, 1024> recent_wakes_{};
  model::IdMap<WaitAt> wait_of_;   // stack and reason
  model::IdMap<PostRow> post_at_;  // site and start function
  std::map<std::pair<WaitKind, StackId>, SiteRow> site_of_;
  std::map<std::pair<WaitKind, LocationId>, uint32_t> place_of_;
  std::map<std::tuple<WaitKind, LocationId, FunctionId>, PostRow> post_of_;
  std::map<std::tuple<Row, StackId, FunctionId>, LineRow> line_of_;
  std::map<std::tuple<Row, StackId, FunctionId>, uint32_t> call_of_;
};

}  // namespace analysis::deadlock
