#include "proto/dump/dump_builder.h"

#include <utility>

namespace proto {

DumpBuilder::DumpBuilder(std::string cause, uint64_t line) {
  dump_.cause = std::move(cause);
  dump_.line = line;
}

void DumpBuilder::Begin(const DumpHeader& header, uint64_t line) {
  current_ = {.id = header.goroutine,
              .state = std::string(header.state),
              .wait_minutes = header.wait_minutes,
              .is_leaked = header.is_leaked,
              .is_locked_to_thread = header.is_locked_to_thread,
              .is_durable = header.is_durable,
              .synctest_bubble = header.synctest_bubble,
              .thread = header.thread.value_or(model::kNoThread),
              .labels = header.labels,
              .line = line};
  locations_.clear();
}

void DumpBuilder::AddFrame(const DumpCall& call, const DumpPlace& place) {
  const model::LocationId location = dump_.symbols.InternFrame(call.function, place.file, place.line);
  locations_.push_back(location);
  current_.frames.push_back({.location = location, .arguments = call.arguments, .arguments_elided = call.arguments_elided});
}

void DumpBuilder::AddElided(uint64_t frames) { current_.frames_elided += frames; }

void DumpBuilder::SetCreator(const DumpCreator& creator, const DumpPlace& place) {
  current_.creator = creator.goroutine;
  current_.created_by = dump_.symbols.InternFrame(creator.function, place.file, place.line);
}

void DumpBuilder::End() {
  if (current_.id <= 0) return;
  current_.stack = dump_.stacks.FromLeafFirst(locations_);
  const auto [at, is_new] = row_of_.emplace(current_.id, dump_.goroutines.size());
  if (is_new) {
    dump_.goroutines.push_back(std::move(current_));
  } else if (dump_.goroutines[at->second].frames.empty()) {
    dump_.goroutines[at->second] = std::move(current_);
  }
  current_ = {};
}

model::GoroutineDump DumpBuilder::Finish() && { return std::move(dump_); }

}  // namespace proto
