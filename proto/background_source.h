#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "proto/byte_source.h"

// Unpacks on a thread of its own while the reader decodes: unpacking is a third of the work of reading a packed profile.
// Small inputs, which are most, see no thread. What comes out is the same, errors in their place too.
namespace proto {

class BackgroundSource : public ByteSource {
 public:
  explicit BackgroundSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
  BackgroundSource(const BackgroundSource&) = delete;
  BackgroundSource& operator=(const BackgroundSource&) = delete;
  ~BackgroundSource() override;

  std::span<const uint8_t> Next() override;
  Progress progress() const override;

 private:
  using Chunk = std::vector<uint8_t>;

  void Run();
  bool Fill();
  bool Deliver();

  std::unique_ptr<ByteSource> source_;
  uint64_t given_ = 0;
  Chunk current_;
  Chunk filling_;  // the thread's
  std::thread thread_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Chunk> ready_;   // in order
  std::vector<Chunk> spare_;  // their storage, for the next ones
  Progress progress_;
  std::exception_ptr error_;
  bool is_done_ = false;
  bool is_unwanted_ = false;
};

}  // namespace proto
