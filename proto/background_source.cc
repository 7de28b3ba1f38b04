#include "proto/background_source.h"

#include <utility>

namespace proto {
namespace {

constexpr uint64_t kWithoutThread = 1 << 20;
constexpr size_t kChunksAhead = 8;

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
  if (!current_.empty()) spare_.push_back(std::move(current_));
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
  try {
    for (;;) {
      const auto bytes = source_->Next();
      std::unique_lock lock(mutex_);
      progress_ = source_->progress();
      if (bytes.empty()) break;
      changed_.wait(lock, [&] { return ready_.size() < kChunksAhead || is_unwanted_; });
      if (is_unwanted_) break;
      Chunk chunk;
      if (!spare_.empty()) {
        chunk = std::move(spare_.back());
        spare_.pop_back();
      }
      lock.unlock();
      chunk.assign(bytes.begin(), bytes.end());
      lock.lock();
      ready_.push_back(std::move(chunk));
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  is_done_ = true;
  changed_.notify_all();
}

Progress BackgroundSource::progress() const {
  if (!thread_.joinable()) return source_->progress();
  const std::lock_guard lock(mutex_);
  return progress_;
}

}  // namespace proto
