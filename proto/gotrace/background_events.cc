#include "proto/gotrace/background_events.h"

namespace proto::gotrace {

BackgroundEvents::~BackgroundEvents() {
  {
    const std::lock_guard lock(mutex_);
    is_unwanted_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::span<const model::Event> BackgroundEvents::Next() {
  if (!thread_.joinable()) {
    if (given_ < without_thread_ || !has_processors_) {
      const auto events = source_->Next();
      given_ += events.size();
      return events;
    }
    Start();
  }
  std::unique_lock lock(mutex_);
  if (is_looked_at_) ++taken_;
  is_looked_at_ = false;
  if (ready() == kEnough) changed_.notify_all();
  if (ready() == 0 && !is_done_) {
    caller_waits_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return ready() >= kEnough || (ready() > 0 && decoder_waits_) || is_done_; });
    caller_waits_ = false;
  }
  if (ready() == 0) {
    info_ = source_->info();
    if (error_) std::rethrow_exception(error_);
    return {};
  }
  is_looked_at_ = true;
  const Batch& batch = batches_[taken_ % kBatches];
  return {batch.room.data(), batch.count};
}

void BackgroundEvents::Start() {
  info_ = source_->info();
  for (Batch& batch : batches_) batch.room.resize(kEventsInBatch);
  source_->BeforeTablesChange([this] { AwaitCaller(); });
  thread_ = std::thread([this] { Run(); });
}

void BackgroundEvents::Run() {
  try {
    while (Give()) {
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  is_done_ = true;
  changed_.notify_all();
}

bool BackgroundEvents::Give() {
  Batch& batch = batches_[made_ % kBatches];
  batch.count = source_->Next(batch.room);
  if (batch.count == 0) return false;
  std::unique_lock lock(mutex_);
  ++made_;
  if (is_info_old_) info_ = source_->info();
  is_info_old_ = false;
  if (caller_waits_ && ready() >= kEnough) changed_.notify_all();
  if (ready() == kBatches) changed_.wait(lock, [&] { return ready() <= kEnough || is_unwanted_; });
  return !is_unwanted_;
}

// On the decoder's thread. From here to the next batch the caller stays where it is, in Next().
void BackgroundEvents::AwaitCaller() {
  std::unique_lock lock(mutex_);
  decoder_waits_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return (caller_waits_ && ready() == 0) || is_unwanted_; });
  decoder_waits_ = false;
  is_info_old_ = true;
}

}  // namespace proto::gotrace
