#pragma once

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "proto/processors.h"

namespace cli {

// Inputs, read on several threads and handed out in order. Readers are at most a few inputs ahead of who takes them, so
// any number of files needs the memory of those few. `Loaded`: what is made of one.
template <class Loaded>
class OrderedLoads {
 public:
  // Calls load(0) .. load(count - 1).
  OrderedLoads(size_t count, std::function<Loaded(size_t)> load);
  OrderedLoads(const OrderedLoads&) = delete;
  OrderedLoads& operator=(const OrderedLoads&) = delete;
  ~OrderedLoads();

  // The next one; nullopt at the end. Throws what reading it threw.
  std::optional<Loaded> Next();

 private:
  struct Outcome {
    std::optional<Loaded> loaded;
    std::exception_ptr error;
  };

  void Work();
  Outcome Load(size_t number) const;

  const size_t count_;
  const std::function<Loaded(size_t)> load_;
  const size_t wanted_threads_;       // threads_ itself is not for the threads to look at: it is still being filled
  std::vector<std::thread> threads_;  // none where there is one input, or one processor

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<size_t, Outcome> ready_;
  size_t begun_ = 0;
  size_t taken_ = 0;
  bool is_stopped_ = false;
};

template <class Loaded>
OrderedLoads<Loaded>::OrderedLoads(size_t count, std::function<Loaded(size_t)> load)
    : count_(count), load_(std::move(load)), wanted_threads_(std::min<size_t>(proto::Processors(), count)) {
  for (size_t i = 0; wanted_threads_ > 1 && i < wanted_threads_; ++i) threads_.emplace_back([this] { Work(); });
}

template <class Loaded>
OrderedLoads<Loaded>::~OrderedLoads() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

template <class Loaded>
typename OrderedLoads<Loaded>::Outcome OrderedLoads<Loaded>::Load(size_t number) const {
  try {
    return {.loaded = load_(number), .error = nullptr};
  } catch (...) {
    return {.loaded = std::nullopt, .error = std::current_exception()};
  }
}

template <class Loaded>
void OrderedLoads<Loaded>::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_stopped_ || begun_ == count_ || begun_ < taken_ + wanted_threads_ + 1; });
    if (is_stopped_ || begun_ == count_) return;
    const size_t number = begun_++;
    lock.unlock();
    Outcome outcome = Load(number);
    lock.lock();
    ready_.emplace(number, std::move(outcome));
    changed_.notify_all();
  }
}

template <class Loaded>
std::optional<Loaded> OrderedLoads<Loaded>::Next() {
  if (taken_ == count_) return std::nullopt;
  Outcome outcome;
  if (threads_.empty()) {
    outcome = Load(taken_++);
  } else {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.contains(taken_); });
    outcome = std::move(ready_.extract(taken_++).mapped());
    changed_.notify_all();
  }
  if (outcome.error) std::rethrow_exception(outcome.error);
  return std::move(outcome.loaded);
}

}  // namespace cli
