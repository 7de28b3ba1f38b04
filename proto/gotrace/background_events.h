#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "proto/gotrace/v2_reader.h"
#include "proto/processors.h"

// Shares the reading of a trace with a second thread. What comes out is the same, errors in their place too. Which share
// depends on what the caller does with the events, which the first of them show:
//
// * Where it does little, the numbers of the next batches are read on the thread, and the caller orders (kNumbers).
// * Else all of it is done on the thread while the caller looks at the events before (kAll): an analysis then takes as long
//   as the slower of the two. A caller that has to wait reads numbers of batches meanwhile.
//
// The tables that events point into grow at the begin of each generation. The caller may read them whenever it is not in
// Next(), so the thread waits there until the caller has asked for more than is ready. `info()` is a copy from such a
// moment. Small traces, which are most, see no thread, nor does a machine with one processor.
namespace proto::gotrace {

class BackgroundEvents : public model::EventSource {
 public:
  enum class Share { kByCaller, kNumbers, kAll };
  static constexpr uint64_t kWithoutThread = 100'000;  // events: 3 ms

  explicit BackgroundEvents(std::unique_ptr<V2Reader> source, uint64_t without_thread = kWithoutThread,
                            Share share = Share::kByCaller)
      : source_(std::move(source)), without_thread_(without_thread), share_(share) {}
  BackgroundEvents(const BackgroundEvents&) = delete;
  BackgroundEvents& operator=(const BackgroundEvents&) = delete;
  ~BackgroundEvents() override;

  std::span<const model::Event> Next() override;
  const model::TraceInfo& info() const override { return is_ordered_there_ ? info_ : source_->info(); }
  const model::Symbols& symbols() const override { return source_->symbols(); }
  const model::StackTrie& stacks() const override { return source_->stacks(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kBatches = 32;  // 1.7 MB: a processor's cache holds them
  static constexpr size_t kEventsInBatch = 512;
  static constexpr size_t kEnough = kBatches / 2;  // who waits is woken for no less: to wake it costs hundreds of events

  struct Batch {
    std::vector<model::Event> room;
    size_t count = 0;
  };

  std::span<const model::Event> NextOfOwn();
  void Start();
  void Run();
  bool Give();  // false: nobody wants any more
  void AwaitCaller();
  void AwaitEvents(std::unique_lock<std::mutex>& lock);
  size_t ready() const { return made_ - taken_; }
  bool IsEnough() const { return ready() >= kEnough || (ready() > 0 && thread_waits_) || is_done_; }

  std::unique_ptr<V2Reader> source_;
  uint64_t without_thread_;
  Share share_;
  uint64_t given_ = 0;  // events, until the thread began
  Clock::duration in_source_{}, with_caller_{};
  Clock::time_point left_{};
  const bool has_processors_ = Processors() > 1;
  V2Ahead* ahead_ = nullptr;
  bool is_ordered_there_ = false;
  std::thread thread_;

  std::mutex mutex_;  // guards what follows; a batch that is not ready is the thread's
  std::condition_variable changed_;
  std::array<Batch, kBatches> batches_;
  size_t made_ = 0, taken_ = 0;  // batches so far; the next one to take lies at taken_ % kBatches
  bool is_looked_at_ = false;    // the one to take is with the caller
  bool caller_waits_ = false;    // in Next(), and nothing is ready
  bool thread_waits_ = false;    // to change the tables
  model::TraceInfo info_;
  bool is_info_old_ = false;
  std::exception_ptr error_;
  bool is_done_ = false;
  bool is_unwanted_ = false;
};

}  // namespace proto::gotrace
