#include "proto/gotrace/v2_reader.h"

#include <limits>
#include <span>

#include "model/input_error.h"

namespace proto::gotrace {
namespace {

constexpr size_t kEventsAtOnce = 128;  // 30 kB: stays in the cache until the analyses have looked at it

}  // namespace

V2Reader::V2Reader(std::string name, std::string version_text, int version, InputWindow input)
    : name_(std::move(name)),
      info_{.version = std::move(version_text)},
      generations_(version, std::move(input), symbols_, stacks_, info_),
      order_(symbols_, info_.warnings, before_tables_change_),
      own_(kEventsAtOnce + V2Order::kMaxEvents) {}

size_t V2Reader::Next(std::span<model::Event> room) {
  events_ = room.data();
  most_ = room.size() - V2Order::kMaxEvents;
  count_ = 0;
  while (count_ < most_ && step_ != Step::kEnd) {
    switch (step_) {
      case Step::kRead:
        Read();
        break;
      case Step::kForget:
        Forget();
        break;
      case Step::kBegin:
        Begin();
        break;
      case Step::kEvents:
        AddEvents();
        break;
      case Step::kEnd:
        break;
    }
  }
  return count_;
}

V2Ahead& V2Reader::ReadAhead() {
  is_read_ahead_ = true;
  if (step_ == Step::kEvents) ahead_.Begin(generation_);
  frontier_.Use(ahead_, step_ == Step::kEvents ? &generation_ : nullptr);
  return ahead_;
}

void V2Reader::Read() {
  if (is_read_ahead_) ahead_.End();
  before_tables_change_();
  if (!generations_.Next(generation_)) {
    if (!has_events_ && !info_.damage.empty()) throw model::InputError(name_, info_.damage.front().what);
    AddSync(last_time_, 0);
    step_ = Step::kEnd;
    return;
  }
  const Progress progress = generations_.progress();
  info_.bytes_read = progress.done;
  info_.bytes_total = progress.total;
  if (generation_.batches.empty() && !generation_.is_whole) return;  // nothing but damage
  if (generation_.follows_a_gap || events_are_bad_) order_.Reset(forgotten_);
  events_are_bad_ = false;
  forgotten_given_ = 0;
  step_ = Step::kForget;
}

void V2Reader::Forget() {
  for (; forgotten_given_ < forgotten_.size() && count_ < most_; ++forgotten_given_) {
    events_[count_] = forgotten_[forgotten_given_];
    Stamp(events_[count_++]);
  }
  if (forgotten_given_ < forgotten_.size()) return;
  forgotten_.clear();
  step_ = Step::kBegin;
}

void V2Reader::Begin() {
  AddSync(generation_.begin_time, generation_.number);
  next_sample_ = 0;
  step_ = Step::kEvents;
  order_.Begin(generation_);
  if (is_read_ahead_) ahead_.Begin(generation_);
  try {
    frontier_.Begin(generation_, order_);
  } catch (const FormatError& error) {
    SkipRest(error);
  }
}

void V2Reader::AddEvents() {
  const auto& samples = generation_.cpu_samples;
  while (count_ < most_) {
    const bool has_sample = next_sample_ < samples.size();
    const model::Time sample_time = has_sample ? samples[next_sample_].time : std::numeric_limits<model::Time>::max();
    size_t added = count_;
    if (has_sample && (frontier_.empty() || sample_time < frontier_.time())) {
      order_.MakeCpuSample(samples[next_sample_++], &events_[added++]);
    } else if (frontier_.empty()) {
      step_ = Step::kRead;
      return;
    } else {
      try {
        frontier_.Advance(generation_, order_, sample_time, {events_, most_ + V2Order::kMaxEvents}, added);
      } catch (const FormatError& error) {
        SkipRest(error);
      }
    }
    has_events_ = has_events_ || added > count_;
    for (model::Event& event : std::span(events_ + count_, added - count_)) Stamp(event);
    count_ = added;
    if (step_ != Step::kEvents) return;
  }
}

// A generation whose end is missing has said so already: that its events don't fit any more is no second damage.
void V2Reader::SkipRest(const FormatError& error) {
  if (generation_.is_whole) generations_.ReportBadEvents(generation_, error);
  events_are_bad_ = true;
  step_ = Step::kRead;
}

void V2Reader::AddSync(model::Time time, uint64_t generation) {
  model::Event& event = events_[count_++];
  event = {.time = time, .offset = generation_.begin_byte, .kind = model::EventKind::kSync, .value = generation};
  Stamp(event);
  if (generation != 0 && generation_.clock)
    event.wall_ns = generation_.clock->wall_ns + (event.time - generation_.clock->time);
}

// Clocks of threads may disagree; what comes later in the order is later.
void V2Reader::Stamp(model::Event& event) {
  if (event.time <= last_time_) event.time = last_time_ + 1;
  last_time_ = event.time;
}

}  // namespace proto::gotrace
