#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "proto/gotrace/v2_generation.h"

// Batches whose numbers a second thread has read before the ordering comes to them: varints are a quarter of what a trace
// costs. The ordering takes what is there and reads the rest from the file, so it is never kept waiting, and what it finds
// is the same: anything odd (damage, numbers of more than 32 bits) is left to it.
namespace proto::gotrace {

// A record with its numbers read.
struct V2Row {
  static constexpr size_t kArguments = 4;
  uint16_t at;  // byte of the record in its batch
  V2Type type;
  uint32_t units;  // of the clock since the record before
  uint32_t arguments[kArguments];
};

struct V2Rows {
  std::unique_ptr<V2Row[]> rows;
  size_t count = 0;
  uint32_t bytes = 0;  // of the batch that they are of; what lies behind is to be read from the file
};

class V2Ahead {
 public:
  // For the thread that orders. Between Begin and End the generation stays as it is.
  void Begin(const V2Generation& generation);
  void End();
  // The rows of a batch that is begun now; nullptr where nobody has read them. They are good until given back, or End().
  const V2Rows* Take(uint32_t batch);
  void GiveBack(const V2Rows* rows);
  void Stop();  // Serve() ends, now or as soon as it begins

  // For the other thread: reads the earliest batch that nobody has begun. False: there is none, or enough are ready.
  bool ReadOne();
  void Serve();  // ReadOne() whenever there is one, until Stop()

 private:
  static constexpr size_t kMostRows = kMaxBatchBytes / 2;  // a record has two bytes at least
  static constexpr size_t kMostReady = 16;                 // batches; 280 kB each
  enum class State : uint8_t { kUnread, kBeingRead, kRead, kTaken };
  struct Batch {
    State state = State::kUnread;
    V2Rows* rows = nullptr;
  };

  bool ReadOne(std::unique_lock<std::mutex>& lock);
  V2Rows* FreeRows();

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  const V2Generation* generation_ = nullptr;  // nullptr: between two of them
  std::vector<Batch> batches_;                // as the generation's
  std::vector<uint32_t> by_time_;
  size_t next_ = 0;  // of by_time_
  size_t ready_ = 0;
  bool is_reading_ = false;
  bool is_stopped_ = false;
  std::vector<std::unique_ptr<V2Rows>> all_;
  std::vector<V2Rows*> free_;
};

}  // namespace proto::gotrace
