#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/trace/range_key.h"
#include "analysis/trace/trace_filter.h"
#include "model/event_source.h"

// A trace as if it had been recorded from one moment to another only, as a flight recorder does it: first comes what was so
// at that moment (states of goroutines and procs, the runtime's work that was going on, metrics, labels), then what
// happened. Tasks and regions that had begun before are not in it, and times count from its own begin.
namespace analysis {

class TracePart : public model::EventSource {
 public:
  // Only from_ns and to_ns of `window` are looked at. `name` stands for the trace in messages.
  TracePart(std::string name, std::unique_ptr<model::EventSource> source, const TraceFilterOptions& window);

  // Throws UsageError where the trace ends before the part begins.
  std::span<const model::Event> Next() override;
  const model::TraceInfo& info() const override { return source_->info(); }
  const model::Symbols& symbols() const override { return source_->symbols(); }
  const model::StackTrie& stacks() const override { return source_->stacks(); }

 private:
  model::Time begin() const { return *zero_ + window_.from_ns.value_or(0); }
  std::span<const model::Event> Begin(std::span<const model::Event> batch);
  void Remember(const model::Event& event);
  void RememberState(const model::Event& event);
  void TellWhatWasSo();
  void Tell(model::Event event);

  std::string name_;
  std::unique_ptr<model::EventSource> source_;
  TraceFilterOptions window_;
  std::optional<model::Time> zero_;  // the trace's begin
  model::Time last_ = 0;
  bool has_begun_ = false;
  bool is_over_ = false;
  std::vector<model::Event> told_;  // this batch, where it isn't the source's own

  // Until the part begins; each as the event that would say it.
  model::Event sync_;
  std::map<model::StringId, model::Event> metrics_;
  std::map<model::ProcId, model::Event> procs_;
  std::map<model::GoroutineId, model::Event> goroutines_, labels_;
  std::map<RangeKey, model::Event> ranges_;
};

}  // namespace analysis
