#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/goroutine_dump.h"
#include "proto/dump/dump_frame.h"
#include "proto/dump/dump_header.h"

// One dump under construction: goroutines are begun, filled with frames in the order of the text, and ended.
namespace proto {

class DumpBuilder {
 public:
  DumpBuilder(std::string cause, uint64_t line);

  bool Has(int64_t goroutine) const { return row_of_.contains(goroutine); }
  model::Warnings& warnings() { return dump_.warnings; }

  // A goroutine that is there already, with frames, is not replaced: what follows is read and dropped. So is goroutine 0,
  // which is no goroutine but the stack of a thread's scheduler.
  void Begin(const DumpHeader& header, uint64_t line);
  void AddFrame(const DumpCall& call, const DumpPlace& place);
  void AddElided(uint64_t frames);
  void SetCreator(const DumpCreator& creator, const DumpPlace& place);
  void End();

  model::GoroutineDump Finish() &&;

 private:
  model::GoroutineDump dump_;
  model::DumpedGoroutine current_;
  std::unordered_map<int64_t, size_t> row_of_;
  std::vector<model::LocationId> locations_;  // of current_, leaf first
};

}  // namespace proto
