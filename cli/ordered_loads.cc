#include "cli/ordered_loads.h"

#include <algorithm>
#include <utility>

#include "proto/processors.h"

namespace cli {

OrderedLoads::OrderedLoads(size_t count, std::function<model::Profile(size_t)> load)
    : count_(count), load_(std::move(load)) {
  const size_t wanted = std::min<size_t>(proto::Processors(), count);
  for (size_t i = 0; wanted > 1 && i < wanted; ++i) threads_.emplace_back([this] { Work(); });
}

OrderedLoads::~OrderedLoads() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

OrderedLoads::Loaded OrderedLoads::Load(size_t number) const {
  try {
    return {.profile = load_(number), .error = nullptr};
  } catch (...) {
    return {.profile = std::nullopt, .error = std::current_exception()};
  }
}

void OrderedLoads::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_stopped_ || begun_ == count_ || begun_ < taken_ + threads_.size() + 1; });
    if (is_stopped_ || begun_ == count_) return;
    const size_t number = begun_++;
    lock.unlock();
    Loaded loaded = Load(number);
    lock.lock();
    ready_.emplace(number, std::move(loaded));
    changed_.notify_all();
  }
}

std::optional<model::Profile> OrderedLoads::Next() {
  if (taken_ == count_) return std::nullopt;
  Loaded loaded;
  if (threads_.empty()) {
    loaded = Load(taken_++);
  } else {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.contains(taken_); });
    loaded = std::move(ready_.extract(taken_++).mapped());
    changed_.notify_all();
  }
  if (loaded.error) std::rethrow_exception(loaded.error);
  return std::move(loaded.profile);
}

}  // namespace cli
