#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proto/gotrace/user_work.h"
#include "proto/gotrace/v1_order.h"

// A v1 trace in the vocabulary of v2, as the official reader converts it: one generation; a system call that did not block
// lasts a nanosecond; goroutines that were there before are told by a status, without a stack.
namespace proto::gotrace {

class V1Reader : public model::EventSource {
 public:
  V1Reader(std::string name, std::string version_text, int version, InputWindow input);

  std::span<const model::Event> Next() override;
  const model::TraceInfo& info() const override { return info_; }
  const model::Symbols& symbols() const override { return symbols_; }
  const model::StackTrie& stacks() const override { return stacks_; }

 private:
  void Convert(const V1Row& row, const V1Record& record);
  bool ConvertStart(const V1Row& row, const V1Record& record, model::Event& event);
  bool ConvertProc(const V1Row& row, const V1Record& record, model::Event& event);
  bool ConvertGoroutine(const V1Row& row, const V1Record& record, model::Event& event);
  bool ConvertCollector(const V1Row& row, const V1Record& record, model::Event& event);
  bool ConvertAnnotation(const V1Row& row, const V1Record& record, model::Event& event);
  void ConvertStop(const V1Record& record, model::GoState to, model::Event& event);
  void AddSyscallEnd(const V1Row& row);
  void EndStart(model::Time time);
  void SetContext(const V1Row& row, model::Event& event);
  model::StringId StopName(uint64_t kind);
  void Commit();
  model::Time TimeOf(uint64_t ticks) const;

  std::string name_;
  model::TraceInfo info_;
  model::Symbols symbols_;
  model::StackTrie stacks_;
  V1File file_;
  V1Order order_;
  std::vector<model::Event> events_;
  size_t count_ = 0;
  uint64_t bytes_ = 0;  // of the file
  bool began_ = false, ended_ = false;
  model::Time last_time_ = -1;

  bool is_start_ = true;                         // the records that say what was there before are not over
  std::unordered_map<uint64_t, bool> at_start_;  // goroutines there: has its state been told
  std::vector<model::ThreadId> threads_;         // by row of the proc
  model::IdSet procs_;
  model::IdMap<bool> waits_for_network_;  // goroutines that do
  UserWork user_work_;
  model::StringId stop_name_;
  std::vector<model::Event> at_start_events_;
  size_t at_start_given_ = 0;
  model::StringId reasons_[kV1TypeCount];
  model::BlockReason parsed_reasons_[kV1TypeCount];
};

}  // namespace proto::gotrace
