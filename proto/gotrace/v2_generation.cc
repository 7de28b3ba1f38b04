#include "proto/gotrace/v2_generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace proto::gotrace {
namespace {

constexpr size_t kMaxBatchHeader = 42;  // type, experiment, four varints
constexpr double kUsualNsPerUnit = 64;  // what every platform with a nanosecond clock writes
constexpr double kMostWholeNs = 1 << 20;
constexpr double kMaxTime = 4.5e18;
constexpr uint64_t kMaxGenerationGap = 1 << 20;

}  // namespace

model::Time ScaleTime(uint64_t units, double ns_per_unit, uint64_t byte) {
  const double time = static_cast<double>(units) * ns_per_unit;
  if (!(time < kMaxTime)) throw FormatError(byte, fmt::format("time {} is beyond the clock's range", units));
  return static_cast<model::Time>(time);
}

V2GenerationReader::V2GenerationReader(int version, InputWindow input, model::Symbols& symbols, model::StackTrie& stacks,
                                       model::TraceInfo& info)
    : version_(version),
      window_(std::move(input)),
      symbols_(symbols),
      trie_(stacks),
      info_(info),
      last_ns_per_unit_(kUsualNsPerUnit) {
  if (window_.Has(0, kHeaderBytes)) at_ = kHeaderBytes;
}

bool V2GenerationReader::Next(V2Generation& generation) {
  const bool follows_a_gap = lost_;
  if (lost_) SkipToNextGeneration();
  window_.Drop(at_);
  at_ = 0;
  if (!window_.Has(0, 1)) return false;
  generation.number = 0;
  generation.begin_byte = window_.offset(0);
  generation.batches.clear();
  generation.threads.clear();
  generation.cpu_samples.clear();
  generation.clock.reset();
  generation.is_whole = true;
  generation.follows_a_gap = follows_a_gap;
  try {
    ReadBatches(generation);
  } catch (const FormatError& error) {
    generation.is_whole = false;
    lost_ = true;
    lost_damage_ = info_.damage.size();
    AddDamage(generation, error, error.byte);
  }
  generation.bytes = window_.data();
  last_number_ = std::max(last_number_, generation.number);
  ReadTables(generation);
  return true;
}

void V2GenerationReader::ReportBadEvents(const V2Generation& generation, const FormatError& error) {
  AddDamage(generation, error, window_.offset(at_));
}

void V2GenerationReader::AddDamage(const V2Generation& generation, const FormatError& error, uint64_t end) {
  const std::string batch = error.thread < 0 ? "" : fmt::format(", batch of thread {}", error.thread);
  info_.damage.push_back(
      {.begin_byte = error.byte,
       .end_byte = end,
       .what = fmt::format("byte {} (generation {}{}): {}", error.byte, generation.number, batch, error.what())});
}

// Batches do not say where they begin, so the place is guessed: three batch headers in a row, of one later generation.
void V2GenerationReader::SkipToNextGeneration() {
  constexpr size_t kForgetAfter = 1 << 20;
  lost_ = false;
  for (++at_; window_.Has(at_, 1); ++at_) {
    if (at_ > kForgetAfter) {
      window_.Drop(at_);
      at_ = 0;
    }
    if (window_.data()[at_] == static_cast<uint8_t>(V2Type::kEventBatch) && LooksLikeGenerationStart(at_)) break;
  }
  at_ = std::min(at_, window_.size());
  info_.damage[lost_damage_].end_byte = window_.offset(at_);
}

bool V2GenerationReader::LooksLikeGenerationStart(size_t at) {
  constexpr int kBatchesInARow = 3;
  try {
    uint64_t number = 0;
    for (int i = 0; i < kBatchesInARow; ++i) {
      const BatchHeader batch = ReadBatchHeader(at);
      if (batch.type == V2Type::kEndOfGeneration) return i > 0;
      if (batch.size == 0 || batch.generation <= last_number_) return false;
      if (last_number_ != 0 && batch.generation - last_number_ > kMaxGenerationGap) return false;
      if (i > 0 && batch.generation != number) return false;
      number = batch.generation;
      at = batch.data + batch.size;
      if (!window_.Has(at, 1)) return i > 0;
    }
    return true;
  } catch (const FormatError&) {
    return false;
  }
}

void V2GenerationReader::ReadBatches(V2Generation& generation) {
  thread_rows_.Clear();
  begin_units_ = 0;
  for (auto* tables : {&syncs_, &strings_, &stacks_, &samples_}) tables->clear();
  while (window_.Has(at_, 1)) {
    const BatchHeader batch = ReadBatchHeader(at_);
    if (batch.type == V2Type::kEndOfGeneration) {
      ++at_;
      return;
    }
    if (batch.generation == 0) throw FormatError(window_.offset(at_), "batch of generation 0, which there can't be");
    if (generation.number == 0) generation.number = batch.generation;
    if (batch.generation != generation.number) {
      if (version_ < 26 && batch.generation == generation.number + 1) return;
      throw FormatError(window_.offset(at_), fmt::format("batch of generation {} before the end of generation {}",
                                                         batch.generation, generation.number));
    }
    if (begin_units_ == 0 || batch.time < begin_units_) begin_units_ = batch.time;
    SortBatch(generation, batch);
    at_ = batch.data + batch.size;
  }
  if (version_ >= 26 && generation.number != 0)
    throw FormatError(window_.offset(at_), "the file ends in the middle of this generation: the trace was not finished");
}

V2GenerationReader::BatchHeader V2GenerationReader::ReadBatchHeader(size_t at) {
  window_.Has(at, kMaxBatchHeader);
  const uint8_t* const begin = window_.data() + at;
  const uint8_t* const end = window_.data() + window_.size();
  const uint8_t* p = begin;
  BatchHeader batch{.type = V2Type{*p++}};
  if (batch.type == V2Type::kEndOfGeneration) return batch;
  if (batch.type == V2Type::kExperimentalBatch) ++p;
  if (batch.type != V2Type::kEventBatch && batch.type != V2Type::kExperimentalBatch) {
    throw FormatError(window_.offset(at),
                      fmt::format("found a record of type {}, wanted a batch", static_cast<int>(batch.type)));
  }
  batch.generation = ReadVarint(p);
  batch.thread = ReadVarint(p);
  batch.time = ReadVarint(p);
  const uint64_t size = ReadVarint(p);
  if (!Inside(p, begin, end))
    throw FormatError(window_.offset(at), window_.ended() ? "ends in the middle of a batch header"
                                                          : "a batch header's number has more than 64 bits");
  if (size > kMaxBatchBytes) {
    throw FormatError(window_.offset(at), fmt::format("batch of thread {} says it has {} bytes, at most {} are allowed",
                                                      batch.thread, size, kMaxBatchBytes));
  }
  batch.size = static_cast<size_t>(size);
  batch.data = at + static_cast<size_t>(p - begin);
  if (!window_.Has(batch.data, batch.size)) {
    throw FormatError(window_.offset(at), fmt::format("batch of thread {} says it has {} bytes, {} are left", batch.thread,
                                                      size, window_.size() - batch.data));
  }
  return batch;
}

void V2GenerationReader::SortBatch(V2Generation& generation, const BatchHeader& batch) {
  if (batch.type == V2Type::kExperimentalBatch) return;
  const TableBatch table{.data = batch.data, .size = batch.size, .time = batch.time};
  const V2Type first = batch.size == 0 ? V2Type::kNone : V2Type{window_.data()[batch.data]};
  switch (first) {
    case V2Type::kStrings:
      strings_.push_back(table);
      break;
    case V2Type::kStacks:
      stacks_.push_back(table);
      break;
    case V2Type::kCpuSamples:
      samples_.push_back(table);
      break;
    case V2Type::kFrequency:
    case V2Type::kSync:
      syncs_.push_back(table);
      break;
    default:
      AddEventBatch(generation, batch);
  }
}

void V2GenerationReader::AddEventBatch(V2Generation& generation, const BatchHeader& batch) {
  const auto row = static_cast<uint32_t>(generation.batches.size());
  generation.batches.push_back({.offset = window_.offset(batch.data),
                                .time = batch.time,
                                .size = static_cast<uint32_t>(batch.size),
                                .next = kNoBatch});
  if (const uint32_t* thread = thread_rows_.Find(batch.thread)) {
    uint32_t& last = generation.threads[*thread].last_batch;
    generation.batches[last].next = row;
    last = row;
    return;
  }
  thread_rows_.Add(batch.thread, static_cast<uint32_t>(generation.threads.size()));
  generation.threads.push_back({.id = static_cast<model::ThreadId>(batch.thread), .first_batch = row, .last_batch = row});
}

// Each table is read as far as it is good: a flipped byte in it costs the rows behind it, not the events.
void V2GenerationReader::ReadTables(V2Generation& generation) {
  const auto read_all = [&](const std::vector<TableBatch>& batches, auto read) {
    for (const TableBatch& batch : batches) {
      try {
        read(batch);
      } catch (const FormatError& error) {
        AddDamage(generation, error, window_.offset(batch.data + batch.size));
      }
    }
  };
  ReadClock(generation);
  generation.strings.Clear();
  generation.stacks.Clear();
  frames_.Clear();
  read_all(strings_, [&](const TableBatch& batch) { ReadStrings(generation, batch); });
  if (const auto twice = generation.strings.Finish())
    info_.warnings.Add("id used twice", fmt::format("generation {}: string {}", generation.number, *twice));
  read_all(stacks_, [&](const TableBatch& batch) { ReadStacks(generation, batch); });
  if (const auto twice = generation.stacks.Finish())
    info_.warnings.Add("id used twice", fmt::format("generation {}: stack {}", generation.number, *twice));
  read_all(samples_, [&](const TableBatch& batch) { ReadCpuSamples(generation, batch); });
  std::ranges::stable_sort(generation.cpu_samples, {}, &V2CpuSample::time);
}

void V2GenerationReader::ReadClock(V2Generation& generation) {
  uint64_t snapshot[4] = {};
  double rate = 0;
  try {
    for (const TableBatch& batch : syncs_) ReadSync(batch, rate, snapshot);
    if (rate == 0 && generation.is_whole)
      throw FormatError(window_.offset(at_), "no clock rate in this generation; the last one's is taken");
  } catch (const FormatError& error) {
    AddDamage(generation, error, error.byte);
  }
  generation.ns_per_unit = rate == 0 ? last_ns_per_unit_ : rate;
  last_ns_per_unit_ = generation.ns_per_unit;
  const bool is_whole =
      generation.ns_per_unit < kMostWholeNs && std::floor(generation.ns_per_unit) == generation.ns_per_unit;
  generation.whole_ns_per_unit = is_whole ? static_cast<uint64_t>(generation.ns_per_unit) : 0;
  try {
    generation.begin_time = ScaleTime(begin_units_, generation.ns_per_unit, generation.begin_byte);
    if (snapshot[3] != 0) {
      generation.clock = {.time = ScaleTime(snapshot[0], generation.ns_per_unit, generation.begin_byte),
                          .wall_ns = static_cast<int64_t>(snapshot[1] * 1'000'000'000 + snapshot[2])};
    }
  } catch (const FormatError&) {
    generation.begin_time = 0;
  }
}

// snapshot: clock units, seconds, nanoseconds, 1 if there is one.
void V2GenerationReader::ReadSync(const TableBatch& batch, double& ns_per_unit, uint64_t snapshot[4]) {
  const uint8_t* at = window_.data() + batch.data;
  const uint8_t* const end = at + batch.size;
  if (V2Type{*at} == V2Type::kSync) ++at;
  while (at < end) {
    const uint8_t* const begin = at;
    const V2Type type{*at++};
    if (type == V2Type::kFrequency) {
      const uint64_t units_per_second = ReadVarint(at);
      if (!Inside(at, begin, end) || units_per_second == 0) throw FormatError(offset(begin), "the clock rate can't be read");
      ns_per_unit = 1.0 / (static_cast<double>(units_per_second) / 1e9);
    } else if (type == V2Type::kClockSnapshot) {
      snapshot[0] = batch.time + ReadVarint(at);
      ReadVarint(at);  // the monotonic clock
      snapshot[1] = ReadVarint(at);
      snapshot[2] = ReadVarint(at);
      if (!Inside(at, begin, end)) throw FormatError(offset(begin), "the clock snapshot can't be read");
      snapshot[3] = 1;
    } else {
      throw FormatError(offset(begin), fmt::format("found a record of type {} in a sync batch", static_cast<int>(type)));
    }
  }
}

void V2GenerationReader::ReadStrings(V2Generation& generation, const TableBatch& batch) {
  const uint8_t* at = window_.data() + batch.data;
  const uint8_t* const end = at + batch.size;
  ++at;
  while (at < end) {
    const uint8_t* const begin = at;
    if (V2Type{*at++} != V2Type::kString)
      throw FormatError(offset(begin), fmt::format("found a record of type {}, wanted a string", *begin));
    const uint64_t number = ReadVarint(at);
    const uint64_t length = ReadVarint(at);
    if (!Inside(at, begin, end)) throw FormatError(offset(begin), "the strings end in the middle of one");
    if (length > kMaxStringBytes || length > static_cast<uint64_t>(end - at)) {
      throw FormatError(offset(begin), fmt::format("string {} says it has {} bytes, {} are left", number, length, end - at));
    }
    generation.strings.Add(number, symbols_.InternString({reinterpret_cast<const char*>(at), static_cast<size_t>(length)}));
    at += length;
  }
}

void V2GenerationReader::ReadStacks(V2Generation& generation, const TableBatch& batch) {
  const uint8_t* at = window_.data() + batch.data;
  const uint8_t* const end = at + batch.size;
  ++at;
  while (at < end) ReadStack(generation, at, end);
}

void V2GenerationReader::ReadStack(V2Generation& generation, const uint8_t*& at, const uint8_t* end) {
  const uint8_t* const begin = at;
  if (V2Type{*at++} != V2Type::kStack)
    throw FormatError(offset(begin), fmt::format("found a record of type {}, wanted a stack", *begin));
  const uint64_t number = ReadVarint(at);
  const uint64_t count = ReadVarint(at);
  if (!Inside(at, begin, end)) throw FormatError(offset(begin), "the stacks end in the middle of one");
  if (count > kMaxStackFrames)
    throw FormatError(offset(begin),
                      fmt::format("stack {} says it has {} frames, at most {} are allowed", number, count, kMaxStackFrames));
  frame_buffer_.clear();
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t pc = ReadVarint(at);
    const uint64_t function = ReadVarint(at);
    const uint64_t file = ReadVarint(at);
    const uint64_t line = ReadVarint(at);
    if (!Inside(at, begin, end))
      throw FormatError(offset(begin), fmt::format("the stacks end in the middle of stack {}", number));
    if (pc == 0 && function == 0) continue;  // what the runtime writes for a stack that it could not unwind
    if (const model::LocationId* known = frames_.Find(pc)) {
      frame_buffer_.push_back(*known);
      continue;
    }
    model::StringId names[2] = {generation.strings.Find(function), generation.strings.Find(file)};
    for (model::StringId& name : names) {
      if (name != generation.strings.kMissing) continue;
      const bool is_function = &name == names;
      info_.warnings.Add(
          "string that is not in its generation's table",
          fmt::format("byte {} (generation {}): stack {} names a {} by string id {}", offset(begin), generation.number,
                      number, is_function ? "function" : "file", is_function ? function : file));
      name = model::StringId(0);
    }
    const model::LocationId location =
        symbols_.InternFrame(symbols_.text(names[0]), symbols_.text(names[1]), static_cast<int64_t>(line), pc);
    frames_.Add(pc, location);
    frame_buffer_.push_back(location);
  }
  generation.stacks.Add(number, trie_.FromLeafFirst(frame_buffer_));
}

void V2GenerationReader::ReadCpuSamples(V2Generation& generation, const TableBatch& batch) {
  const uint8_t* at = window_.data() + batch.data;
  const uint8_t* const end = at + batch.size;
  ++at;
  while (at < end) {
    const uint8_t* const begin = at;
    if (V2Type{*at++} != V2Type::kCpuSample)
      throw FormatError(offset(begin), fmt::format("found a record of type {}, wanted a CPU sample", *begin));
    const uint64_t time = ReadVarint(at);
    const uint64_t thread = ReadVarint(at);
    const uint64_t proc = ReadVarint(at);
    const uint64_t goroutine = ReadVarint(at);
    const uint64_t stack = ReadVarint(at);
    if (!Inside(at, begin, end)) throw FormatError(offset(begin), "the CPU samples end in the middle of one");
    generation.cpu_samples.push_back(
        {.time = ScaleTime(time, generation.ns_per_unit, offset(begin)),
         .offset = offset(begin),
         .goroutine = goroutine == 0 ? model::kNoGoroutine : static_cast<model::GoroutineId>(goroutine),
         .proc = static_cast<model::ProcId>(proc),
         .thread = static_cast<model::ThreadId>(thread),
         .stack = stack});
  }
}

}  // namespace proto::gotrace
