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

  Row RowOf(GoroutineId id);
  SiteRow SiteOf(WaitKind kind, StackId stack);
  PostRow PostOf(WaitKind kind, StackId stack, FunctionId start);
  LineRow LineOf(Row creator, StackId create_stack, FunctionId start);

 private:
  uint32_t CallOf(Row creator, StackId create_stack);

  Facts& facts_;
  std::array<std::pair<GoroutineId, Row>, 1024>
      recent_rows_{};  // by the last bits of the id: few run at a time, and ids are dense
  std::map<std::pair<WaitKind, StackId>, SiteRow> site_of_;
  std::map<std::pair<WaitKind, LocationId>, uint32_t> place_of_;
  std::map<std::tuple<WaitKind, LocationId, FunctionId>, PostRow> post_of_;
  std::map<std::tuple<Row, StackId, FunctionId>, LineRow> line_of_;
  std::map<std::tuple<Row, StackId, FunctionId>, uint32_t> call_of_;
};

}  // namespace analysis::deadlock
