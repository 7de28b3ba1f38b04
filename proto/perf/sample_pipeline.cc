#include "proto/perf/sample_pipeline.h"

namespace proto {

SamplePipeline::SamplePipeline(RecordChunks& chunks, const SamplePreparer& preparer, unsigned threads)
    : chunks_(chunks), preparer_(preparer), slots_(2 * threads + 2) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

SamplePipeline::~SamplePipeline() {
  {
    const std::lock_guard lock(state_);
    is_stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void SamplePipeline::Work() {
  for (;;) {
    std::unique_lock source(source_);
    if (is_at_end_) return;
    const size_t number = next_read_++;
    Slot& slot = slots_[number % slots_.size()];
    {
      // The slot is free once the chunk that was in it has been given and done with.
      std::unique_lock state(state_);
      changed_.wait(state, [&] { return is_stopped_ || number < next_given_ + slots_.size() - 1; });
      if (is_stopped_) return;
    }
    try {
      slot.is_end = is_at_end_ = !chunks_.Next(slot.prepared.text);
      source.unlock();
      if (!slot.is_end) preparer_.Prepare(slot.prepared);
    } catch (...) {
      slot.failure = std::current_exception();
      if (!source.owns_lock()) source.lock();
      is_at_end_ = true;
    }
    const std::lock_guard state(state_);
    slot.is_full = true;
    changed_.notify_all();
  }
}

const PreparedChunk* SamplePipeline::Next() {
  std::unique_lock state(state_);
  if (next_given_ > 0) slots_[(next_given_ - 1) % slots_.size()].is_full = false;
  Slot& slot = slots_[next_given_ % slots_.size()];
  ++next_given_;
  changed_.notify_all();
  changed_.wait(state, [&] { return slot.is_full; });
  if (slot.failure) std::rethrow_exception(slot.failure);
  return slot.is_end ? nullptr : &slot.prepared;
}

}  // namespace proto
