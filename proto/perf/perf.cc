#include "proto/perf/perf.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "model/input_error.h"
#include "proto/perf/perf_decoder.h"
#include "proto/perf/perf_line.h"
#include "proto/perf/perf_profile.h"
#include "proto/perf/perf_records.h"
#include "proto/perf/record_chunks.h"

namespace proto {
namespace {

constexpr unsigned kMostDecoders = 8;

void Decode(const RecordChunk& chunk, PerfDecoder& decoder) {
  PerfRecords records(chunk.text, chunk.first_line);
  for (PerfRecord record; records.Next(record);) decoder.Take(record);
}

// Chunks on their way from the reader to the decoders, a few at a time.
class ChunkQueue {
 public:
  explicit ChunkQueue(size_t most) : most_(most) {}

  void Put(RecordChunk chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return chunks_.size() < most_ || is_closed_; });
    chunks_.push_back(std::move(chunk));
    changed_.notify_all();
  }
  bool Take(RecordChunk& chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !chunks_.empty() || is_closed_; });
    if (chunks_.empty()) return false;
    chunk = std::move(chunks_.front());
    chunks_.pop_front();
    changed_.notify_all();
    return true;
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RecordChunk> chunks_;
  size_t most_;
  bool is_closed_ = false;
};

// The event of the first sample that has one; "" where none has.
std::string FirstEvent(const RecordChunk& chunk) {
  PerfRecords records(chunk.text, chunk.first_line);
  for (PerfRecord record; records.Next(record);) {
    if (const auto header = ParsePerfHeader(record.header)) return std::string(header->event);
    if (ParsePerfFrame(record.header)) return {};
  }
  return {};
}

class Reader {
 public:
  Reader(const std::string& name, ByteSource& source, const PerfOptions& options)
      : name_(name), chunks_(source), options_(options), event_(options.event), seed_(Seed()) {}

  model::Profile Read() {
    RecordChunk first;
    if (!chunks_.Next(first)) throw model::InputError(name_, "is empty");
    if (event_.empty()) event_ = FirstEvent(first);
    RecordChunk second;
    const bool is_long = chunks_.Next(second);
    if (is_long && Decoders() > 1) {
      DecodeTogether(std::move(first), std::move(second));
    } else {
      PerfDecoder decoder(name_, options_, event_, seed_);
      Decode(first, decoder);
      if (is_long) Decode(second, decoder);
      while (is_long && chunks_.Next(second)) Decode(second, decoder);
      parts_.push_back(std::move(decoder).Finish());
    }
    return Join();
  }

 private:
  static uint64_t Seed() {
    std::random_device random;
    return (uint64_t{random()} << 32) | random();
  }
  unsigned Decoders() const {
    return std::min(kMostDecoders, options_.decoders != 0 ? options_.decoders : std::thread::hardware_concurrency());
  }

  void DecodeTogether(RecordChunk first, RecordChunk second) {
    ChunkQueue queue(2 * Decoders());
    parts_.resize(Decoders());
    std::vector<std::exception_ptr> failures(parts_.size() + 1);
    std::vector<std::thread> threads;
    for (size_t i = 0; i < parts_.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          PerfDecoder decoder(name_, options_, event_, seed_);
          for (RecordChunk chunk; queue.Take(chunk);) Decode(chunk, decoder);
          parts_[i] = std::move(decoder).Finish();
        } catch (...) {
          failures[i] = std::current_exception();
          queue.Close();
        }
      });
    }
    try {
      queue.Put(std::move(first));
      queue.Put(std::move(second));
      for (RecordChunk chunk; chunks_.Next(chunk); chunk = {}) queue.Put(std::move(chunk));
    } catch (...) {
      failures.back() = std::current_exception();
    }
    queue.Close();
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
  }

  model::Profile Join() {
    std::map<std::string, uint64_t> others;
    for (const PerfSums& part : parts_) {
      for (const auto& [event, samples] : part.other_events) others[event] += samples;
    }
    model::Profile profile = JoinPerfSums(std::move(parts_), event_);
    if (profile.sample_count() > 0) return profile;
    if (!options_.event.empty() && !others.empty()) {
      std::string names;
      for (const auto& [event, samples] : others) names += fmt::format("{}{}", names.empty() ? "" : ", ", event);
      throw model::UsageError(fmt::format("{}: no sample of event \"{}\"; this file has: {}", name_, options_.event, names));
    }
    throw model::InputError(name_, "has no sample that could be read or that the options leave");
  }

  const std::string& name_;
  RecordChunks chunks_;
  const PerfOptions& options_;
  std::string event_;
  uint64_t seed_;
  std::vector<PerfSums> parts_;
};

}  // namespace

bool LooksLikePerfScript(std::string_view head) {
  PerfRecords records(head, 1);
  PerfRecord record;
  if (!records.Next(record)) return false;
  const auto header = ParsePerfHeader(record.header);
  if (header && !header->frame.empty()) return true;
  const std::string_view second = record.stack.substr(0, record.stack.find('\n'));
  const std::string_view line = header || !ParsePerfFrame(record.header) ? second : record.header;
  const auto frame = ParsePerfFrame(line);
  // perf writes a tab and the address in 16 columns; that alone is enough where nothing else is shown.
  const bool is_aligned =
      line.starts_with('\t') && line.find(' ', std::min(line.size(), line.find_first_not_of(" \t"))) == 17;
  const bool is_indented = line.starts_with('\t') || line.starts_with(' ');
  return frame && is_indented && (is_aligned || !frame->dso.empty() || (header && header->time_ns != kNotShown));
}

model::Profile ReadPerfScript(const std::string& name, ByteSource& source, const PerfOptions& options) {
  return Reader(name, source, options).Read();
}

}  // namespace proto
