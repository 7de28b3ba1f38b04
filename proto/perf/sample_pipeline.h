#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "proto/perf/perf_samples.h"
#include "proto/perf/record_chunks.h"

// Chunks of a text, prepared on other threads and handed out in the order of the text. A few are under way at a time, and
// their memory goes round.
namespace proto {

class SamplePipeline {
 public:
  // All arguments outlive the pipeline, which is the only one to read `chunks` from here on.
  SamplePipeline(RecordChunks& chunks, const SamplePreparer& preparer, unsigned threads);
  SamplePipeline(const SamplePipeline&) = delete;
  SamplePipeline& operator=(const SamplePipeline&) = delete;
  ~SamplePipeline();

  // The next chunk; null at the end. Valid until the next call. Throws what reading or preparing threw.
  const PreparedChunk* Next();

 private:
  struct Slot {
    PreparedChunk prepared;
    std::exception_ptr failure;
    bool is_full = false;
    bool is_end = false;
  };

  void Work();

  RecordChunks& chunks_;
  const SamplePreparer& preparer_;
  std::vector<Slot> slots_;  // chunk n is in slot n % size
  std::mutex source_;        // held while reading, so that numbers follow the text
  size_t next_read_ = 0;     // guarded by source_
  bool is_at_end_ = false;   // guarded by source_
  std::mutex state_;         // guards what follows and the slots' flags
  std::condition_variable changed_;
  size_t next_given_ = 0;
  bool is_stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace proto
