#pragma once

#include <functional>
#include <span>
#include <utility>

#include "model/event_source.h"

namespace analysis {

// The same trace, each batch shown to `see` on its way: two analyses of one pass, also of a trace that comes through a pipe.
class WatchedSource : public model::EventSource {
 public:
  WatchedSource(model::EventSource& source, std::function<void(std::span<const model::Event>)> see)
      : source_(source), see_(std::move(see)) {}

  std::span<const model::Event> Next() override {
    const auto batch = source_.Next();
    see_(batch);
    return batch;
  }
  const model::TraceInfo& info() const override { return source_.info(); }
  const model::Symbols& symbols() const override { return source_.symbols(); }
  const model::StackTrie& stacks() const override { return source_.stacks(); }

 private:
  model::EventSource& source_;
  std::function<void(std::span<const model::Event>)> see_;
};

}  // namespace analysis
