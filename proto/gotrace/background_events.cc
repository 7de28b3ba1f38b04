#include "proto/gotrace/background_events.h"

namespace proto::gotrace {

BackgroundEvents::~BackgroundEvents() {
  {
    const std::lock_guard lock(mutex_);
    is_unwanted_ = true;
  }
  changed_.notify_all();
  if (ahead_ != nullptr) ahead_->Stop();
  if (thread_.joinable()) thread_.join();
}

std::span<const model::Event> BackgroundEvents::Next() {
  if (!thread_.joinable() && has_processors_ && given_ >= without_thread_) Start();
  if (!is_ordered_there_) return NextOfOwn();
  std::unique_lock lock(mutex_);
  if (is_looked_at_) ++taken_;
  is_looked_at_ = false;
  if (ready() == kEnough) changed_.notify_all();
  if (ready() == 0 && !is_done_) AwaitEvents(lock);
  if (ready() == 0) {
    info_ = source_->info();
    if (error_) std::rethrow_exception(error_);
    return {};
  }
  is_looked_at_ = true;
  const Batch& batch = batches_[taken_ % kBatches];
  return {batch.room.data(), batch.count};
}

std::span<const model::Event> BackgroundEvents::NextOfOwn() {
  if (thread_.joinable() || !has_processors_) return source_->Next();
  const auto begin = Clock::now();
  const auto events = source_->Next();
  const auto end = Clock::now();
  if (given_ > 0) {  // the first call reads tables, which are no measure of events
    with_caller_ += begin - left_;
    in_source_ += end - begin;
  }
  left_ = end;
  given_ += events.size();
  return events;
}

// Whatever it costs to be wrong here, it is only time.
void BackgroundEvents::Start() {
  if (share_ == Share::kByCaller) share_ = with_caller_ * 4 < in_source_ ? Share::kNumbers : Share::kAll;
  ahead_ = &source_->ReadAhead();
  if (share_ == Share::kNumbers) {
    thread_ = std::thread([this] { ahead_->Serve(); });
    return;
  }
  is_ordered_there_ = true;
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

// On the thread. From here to the next batch the caller stays where it is, in Next().
void BackgroundEvents::AwaitCaller() {
  std::unique_lock lock(mutex_);
  thread_waits_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return (caller_waits_ && ready() == 0) || is_unwanted_; });
  thread_waits_ = false;
  is_info_old_ = true;
}

void BackgroundEvents::AwaitEvents(std::unique_lock<std::mutex>& lock) {
  caller_waits_ = true;
  changed_.notify_all();
  while (!IsEnough()) {
    lock.unlock();
    const bool has_read = ahead_->ReadOne();
    lock.lock();
    if (!has_read) changed_.wait(lock, [&] { return IsEnough(); });
  }
  caller_waits_ = false;
}

}  // namespace proto::gotrace
