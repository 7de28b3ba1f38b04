#include "proto/background_source.h"

#include <utility>

namespace proto {
namespace {

constexpr uint64_t kWithoutThread = 1 << 20;
// Large, because where the machine is busy a hand-over costs more than the unpacking.
constexpr size_t kChunkBytes = 1 << 20;
constexpr size_t kChunksAhead = 4;

}  // namespace

BackgroundSource::~BackgroundSource() {
  {
    const std::lock_guard lock(mutex_);
    is_unwanted_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::span<const uint8_t> BackgroundSource::Next() {
  if (!thread_.joinable()) {
    if (given_ < kWithoutThread) {
      const auto bytes = source_->Next();
      given_ += bytes.size();
      return bytes;
    }
    thread_ = std::thread([this] { Run(); });
  }
  std::unique_lock lock(mutex_);
  if (current_.capacity() > 0) spare_.push_back(std::move(current_));
  current_.clear();
  changed_.wait(lock, [&] { return !ready_.empty() || is_done_; });
  if (ready_.empty()) {
    if (error_) std::rethrow_exception(error_);
    return {};
  }
  current_ = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return current_;
}

void BackgroundSource::Run() {
  std::exception_ptr error;
  try {
    while (Fill() && Deliver()) {
    }
  } catch (...) {
    error = std::current_exception();
    Deliver();  // what came before it
  }
  const std::lock_guard lock(mutex_);
  error_ = error;
  is_done_ = true;
  changed_.notify_all();
}

// At least kChunkBytes, or what is left; false at the end.
bool BackgroundSource::Fill() {
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      filling_ = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  filling_.clear();
  while (filling_.size() < kChunkBytes) {
    const auto bytes = source_->Next();
    if (bytes.empty()) break;
    filling_.insert(filling_.end(), bytes.begin(), bytes.end());
  }
  return !filling_.empty();
}

// False when nothing more is wanted.
bool BackgroundSource::Deliver() {
  std::unique_lock lock(mutex_);
  progress_ = source_->progress();
  changed_.wait(lock, [&] { return ready_.size() < kChunksAhead || is_unwanted_; });
  if (!filling_.empty()) ready_.push_back(std::move(filling_));
  filling_.clear();
  changed_.notify_all();
  return !is_unwanted_;
}

Progress BackgroundSource::progress() const {
  if (!thread_.joinable()) return source_->progress();
  const std::lock_guard lock(mutex_);
  return progress_;
}

}  // namespace proto
