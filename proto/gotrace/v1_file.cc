#include "proto/gotrace/v1_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace proto::gotrace {
namespace {

constexpr uint64_t kMaxListBytes = 1 << 16;
constexpr uint64_t kMaxTextBytes = 1'000'000;
constexpr uint64_t kMaxFrames = 1000;

// How many numbers are behind the first byte, of records that are timed and have nothing but numbers. It counts up to two
// behind the time; more have their length in bytes before them.
std::array<uint8_t, 256> PlainNumbers(int version) {
  std::array<uint8_t, 256> numbers{};
  for (size_t type = 1; type < kV1TypeCount; ++type) {
    const V1Spec& spec = kV1Specs[type];
    switch (V1Type(type)) {
      case V1Type::kBatch:
      case V1Type::kFrequency:
      case V1Type::kStack:
      case V1Type::kString:
      case V1Type::kTimerGoroutine:
      case V1Type::kUserLog:
      case V1Type::kCpuSample:
        break;
      default:
        if (spec.since <= version)
          numbers[type | std::min<size_t>(spec.arguments, 3) << 6] = static_cast<uint8_t>(1 + spec.arguments);
    }
  }
  return numbers;
}

}  // namespace

V1File::V1File(int version, InputWindow input, model::Symbols& symbols, model::StackTrie& stacks, model::TraceInfo& info)
    : version_(version),
      plain_numbers_(PlainNumbers(version)),
      window_(std::move(input)),
      symbols_(symbols),
      trie_(stacks),
      info_(info) {
  window_.ReadAll();
  const Progress progress = window_.progress();
  info_.bytes_read = progress.done;
  info_.bytes_total = progress.total;
  Index();
}

void V1File::Index() {
  std::vector<uint64_t> stack_offsets;
  const uint8_t* const all_end = window_.data() + window_.size();
  const uint8_t* at = window_.data() + std::min(kHeaderBytes, window_.size());
  end_ = window_.size();
  try {
    while (at < all_end) {
      if (const uint8_t* const next = SkipPlain(at, all_end); next != nullptr && !batches_.empty()) {
        ++record_count_;
        at = next;
        continue;
      }
      const V1Record record = Read(at);
      if (record.type != V1Type::kBatch && batches_.empty())
        Fail(at, fmt::format("{} before the first batch", SpecOf(record.type).name));
      IndexRecord(record, stack_offsets);
      at = record.next;
    }
  } catch (const FormatError& error) {
    info_.damage.push_back({.begin_byte = error.byte,
                            .end_byte = window_.size(),
                            .what = fmt::format("byte {}: {}", error.byte, error.what())});
    end_ = offset(at);
  }
  if (const auto twice = strings_.Finish()) info_.warnings.Add("id used twice", fmt::format("string {}", *twice));
  for (const uint64_t stack : stack_offsets) ReadStack(Read(this->at(stack)));
  stacks_.Finish();
  std::ranges::stable_sort(samples_, {}, &V1Sample::ticks);
  if (ns_per_tick_ != 0) return;
  ns_per_tick_ = 1;
  info_.damage.push_back(
      {.begin_byte = end_,
       .end_byte = end_,
       .what = fmt::format("byte {}: the clock's rate, which comes last, is missing: times are in its ticks", end_)});
}

// Behind a plain record that is good and short; nullptr for others, which have to be looked at.
const uint8_t* V1File::SkipPlain(const uint8_t* at, const uint8_t* end) const {
  const uint8_t numbers = plain_numbers_[*at];
  if (std::endian::native != std::endian::little || numbers == 0 || numbers > 3) return nullptr;
  uint64_t bytes = 0;
  std::memcpy(&bytes, at + 1, sizeof bytes);
  uint64_t ends = ~bytes & 0x8080808080808080U;  // each number ends at a byte below 0x80
  for (uint8_t more = numbers; more > 1; --more) ends &= ends - 1;
  if (ends == 0) return nullptr;
  const uint8_t* const next = at + 1 + (std::countr_zero(ends) + 1) / 8;
  return next <= end ? next : nullptr;
}

void V1File::IndexRecord(const V1Record& record, std::vector<uint64_t>& stack_offsets) {
  ++record_count_;
  switch (record.type) {
    case V1Type::kBatch:
      batches_[static_cast<int32_t>(record.arguments[0])].push_back(
          {.offset = offset(record.next), .ticks = record.arguments[1]});
      break;
    case V1Type::kFrequency:
      if (static_cast<int64_t>(record.arguments[0]) <= 0) Fail(record.begin, "a clock rate of nothing");
      ns_per_tick_ = 1e9 / static_cast<double>(static_cast<int64_t>(record.arguments[0]));
      break;
    case V1Type::kTimerGoroutine:
      if (timers_.Find(record.arguments[0]) == nullptr) timers_.Add(record.arguments[0], true);
      break;
    case V1Type::kString:
      strings_.Add(record.arguments[0], symbols_.InternString(record.text));
      break;
    case V1Type::kStack:
      stack_offsets.push_back(offset(record.begin));
      break;
    case V1Type::kCpuSample:
      samples_.push_back({.ticks = record.arguments[0],
                          .offset = offset(record.begin),
                          .proc = static_cast<int32_t>(record.arguments[1]),
                          .stack = static_cast<uint32_t>(record.arguments[3]),
                          .goroutine = record.arguments[2]});
      break;
    default:
      break;
  }
}

V1Record V1File::ReadOther(const uint8_t* at) const {
  const uint8_t* const end = window_.data() + window_.size();
  V1Record record(TypeAt(at), at);
  const unsigned more = *at >> 6;  // arguments behind the first, 3: the length of all of them follows
  ++at;
  if (record.type == V1Type::kNone || record.type >= V1Type::kCount || SpecOf(record.type).since > version_) {
    Fail(record.begin,
         fmt::format("found a record of type {}, which Go 1.{} does not have", static_cast<int>(record.type), version_));
  }
  if (record.type == V1Type::kString) {
    record.arguments[0] = ReadVarint(at);
    const uint64_t size = ReadVarint(at);
    if (!Inside(at, record.begin, end)) Fail(record.begin, "ends in the middle of a string");
    if (size > kMaxTextBytes || size > static_cast<uint64_t>(end - at))
      Fail(record.begin, fmt::format("string {} says it has {} bytes, {} are left", record.arguments[0], size, end - at));
    record.text = {reinterpret_cast<const char*>(at), static_cast<size_t>(size)};
    record.next = at + size;
    return record;
  }
  if (record.type == V1Type::kBatch) {
    record.arguments[0] = ReadVarint(at);
    record.arguments[1] = ReadVarint(at);
    if (!Inside(at, record.begin, end)) Fail(record.begin, "ends in the middle of a batch's head");
    if (record.arguments[0] != UINT64_MAX && record.arguments[0] > INT32_MAX)
      Fail(record.begin, fmt::format("batch of proc {}", record.arguments[0]));
    record.next = at;
    return record;
  }
  if (more == 3) return ReadList(record, at, ReadVarint(at));
  const bool is_timed =
      record.type != V1Type::kFrequency && record.type != V1Type::kTimerGoroutine && record.type != V1Type::kStack;
  const unsigned wanted = is_timed ? SpecOf(record.type).arguments : 0;
  if (more != wanted && record.type != V1Type::kStack)
    Fail(record.begin, fmt::format("{} has {} arguments, wanted {}", SpecOf(record.type).name, more, wanted));
  record.time = ReadVarint(at);
  for (unsigned i = 0; i < more; ++i) record.arguments[i] = ReadVarint(at);
  if (!is_timed) record.arguments[0] = record.time;
  if (!Inside(at, record.begin, end))
    Fail(record.begin, fmt::format("ends in the middle of a {}", SpecOf(record.type).name));
  record.next = at;
  return record;
}

V1Record V1File::ReadList(V1Record record, const uint8_t* at, uint64_t size) const {
  const char* const name = SpecOf(record.type).name;
  const uint8_t* const end = window_.data() + window_.size();
  if (!Inside(at, record.begin, end)) Fail(record.begin, fmt::format("ends in the middle of a {}", name));
  if (size > kMaxListBytes || size > static_cast<uint64_t>(end - at))
    Fail(record.begin, fmt::format("{} says it has {} bytes, {} are left", name, size, end - at));
  const uint8_t* const list_end = at + size;
  record.next = list_end;
  record.list = at;
  if (record.type == V1Type::kStack) return record;
  record.time = ReadVarint(at);
  const unsigned wanted = SpecOf(record.type).arguments;
  for (unsigned i = 0; i < wanted; ++i) record.arguments[i] = ReadVarint(at);
  if (at != list_end) Fail(record.begin, fmt::format("{} has not {} arguments in its {} bytes", name, wanted, size));
  if (record.type != V1Type::kUserLog) return record;
  const uint64_t length = ReadVarint(at);
  if (!Inside(at, record.begin, end)) Fail(record.begin, "ends in the middle of a log");
  if (length > kMaxTextBytes || length > static_cast<uint64_t>(end - at))
    Fail(record.begin, fmt::format("log says it has {} bytes, {} are left", length, end - at));
  record.text = {reinterpret_cast<const char*>(at), static_cast<size_t>(length)};
  record.next = at + length;
  return record;
}

void V1File::ReadStack(const V1Record& record) {
  const uint8_t* at = record.list;
  if (at == nullptr) return;  // an empty one
  const uint64_t number = ReadVarint(at);
  const uint64_t count = ReadVarint(at);
  frame_buffer_.clear();
  bool is_good = Inside(at, record.list, record.next) && count <= kMaxFrames;
  for (uint64_t i = 0; is_good && i < count; ++i) {
    const uint64_t pc = ReadVarint(at);
    const uint64_t function = ReadVarint(at);
    const uint64_t file = ReadVarint(at);
    const uint64_t line = ReadVarint(at);
    is_good = Inside(at, record.list, record.next);
    if (!is_good) break;
    if (pc == 0 && function == 0) continue;  // what the runtime writes for a stack that it could not unwind
    const model::LocationId* known = frames_.Find(pc);
    frame_buffer_.push_back(
        known != nullptr ? *known
                         : frames_.Add(pc, symbols_.InternFrame(symbols_.text(String(function)), symbols_.text(String(file)),
                                                                static_cast<int64_t>(line), pc)));
  }
  if (!is_good || at != record.next) {
    info_.warnings.Add("stack of a wrong length", fmt::format("byte {}: stack {}", offset(record.begin), number));
    return;
  }
  if (static_cast<uint32_t>(number) != 0 && count > 0)
    stacks_.Add(static_cast<uint32_t>(number), trie_.FromLeafFirst(frame_buffer_));
}

model::StackId V1File::Stack(uint64_t number) const {
  const model::StackId id = stacks_.Find(static_cast<uint32_t>(number));
  return id == stacks_.kMissing ? model::StackTrie::root() : id;
}

model::StringId V1File::String(uint64_t number) const {
  const model::StringId id = strings_.Find(number);
  return id == strings_.kMissing ? model::StringId(0) : id;
}

void V1File::Fail(const uint8_t* at, const std::string& message) const { throw FormatError(offset(at), message); }

}  // namespace proto::gotrace
