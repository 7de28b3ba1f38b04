#pragma once

#include <functional>
#include <utility>

#include "model/event_source.h"

namespace analysis {

// The same trace, each event shown to `see` on its way: two analyses of one pass, also of a trace that comes through a pipe.
class WatchedSource : public model::EventSource {
 public:
  WatchedSource(model::EventSource& source, std::function<void(const model::Event&)> see)
      : source_(source), see_(std::move(see)) {}

  std::span<const model::Event> Next() override {
    const auto batch = source_.Next();
    for (const model::Event& event : batch) see_(event);
    return batch;
  }
  const model::TraceInfo& info() const override { return source_.info(); }
  const model::Symbols& symbols() const override { return source_.symbols(); }
  const model::StackTrie& stacks() const override { return source_.stacks(); }

 private:
  model::EventSource& source_;
  std::function<void(const model::Event&)> see_;
};

}  // namespace analysis
