#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "proto/gotrace/v2_frontier.h"
#include "proto/gotrace/v2_generation.h"
#include "proto/gotrace/v2_order.h"

// A v2 trace as a source of events, in the order and with the times of the official reader. Memory: one generation's bytes
// and tables, the names and stacks seen so far, and what is alive.
//
// Where a generation is damaged, its events up to there are given out, and reading goes on at the next one. What was known
// need not be true behind such a gap, so each goroutine goes to kUndetermined first.
namespace proto::gotrace {

class V2Reader : public model::EventSource {
 public:
  // `name` is the file's in messages, `version` 26 of "go 1.26 trace".
  V2Reader(std::string name, std::string version_text, int version, InputWindow input);

  std::span<const model::Event> Next() override { return {own_.data(), Next(own_)}; }
  const model::TraceInfo& info() const override { return info_; }
  const model::Symbols& symbols() const override { return symbols_; }
  const model::StackTrie& stacks() const override { return stacks_; }

  // The same into the caller's room, of more than V2Order::kMaxEvents events. 0: the end.
  size_t Next(std::span<model::Event> room);

  // Lets another thread read the numbers of batches, through what is returned. To be called by whoever calls Next.
  V2Ahead& ReadAhead();

  // To be called before symbols() or stacks() change, by whoever calls Next.
  void BeforeTablesChange(std::function<void()> call) { before_tables_change_ = std::move(call); }

 private:
  enum class Step { kRead, kForget, kBegin, kEvents, kEnd };

  void Read();
  void Forget();
  void Begin();
  void AddEvents();
  void SkipRest(const FormatError& error);
  void AddSync(model::Time time, uint64_t generation);
  void Stamp(model::Event& event);

  std::string name_;
  model::TraceInfo info_;
  model::Symbols symbols_;
  model::StackTrie stacks_;
  V2GenerationReader generations_;
  V2Order order_;
  V2Generation generation_;
  V2Frontier frontier_;
  V2Ahead ahead_;
  bool is_read_ahead_ = false;
  size_t next_sample_ = 0;
  Step step_ = Step::kRead;
  bool events_are_bad_ = false;  // of the generation before
  bool has_events_ = false;

  std::function<void()> before_tables_change_ = [] {};
  std::vector<model::Event> own_;
  model::Event* events_ = nullptr;  // what Next() gives out: the first count_
  size_t count_ = 0;
  size_t most_ = 0;  // that are in one batch, but for the last record's
  std::vector<model::Event> forgotten_;
  size_t forgotten_given_ = 0;
  model::Time last_time_ = 0;
};

}  // namespace proto::gotrace
