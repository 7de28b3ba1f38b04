#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/event_source.h"
#include "model/id_map.h"
#include "proto/gotrace/id_table.h"
#include "proto/gotrace/input_window.h"
#include "proto/gotrace/v1_spec.h"
#include "proto/gotrace/wire.h"

// A v1 trace in memory: its bytes, where each proc's batches lie, and its tables. Strings and stacks are spread over the
// file and the clock's rate comes last, so all of it is walked once before the first event can be told.
namespace proto::gotrace {

struct V1Record {
  // Field by field: an aggregate is cleared whole first, by an instruction that takes longer than all else about a record.
  V1Record(V1Type of_type, const uint8_t* at) : type(of_type), begin(at) {}

  V1Type type;
  uint64_t time = 0;           // difference to the record before, in ticks
  uint64_t arguments[5] = {};  // behind the time
  std::string_view text;       // kString, kUserLog
  const uint8_t* begin;
  const uint8_t* list = nullptr;  // kStack: its numbers, up to `next`
  const uint8_t* next = nullptr;
};

struct V1Batch {
  uint64_t offset;  // of its first record behind the header
  uint64_t ticks;   // of that moment
};

struct V1Sample {
  uint64_t ticks;
  uint64_t offset;
  int32_t proc;
  uint32_t stack;
  uint64_t goroutine;
};

class V1File {
 public:
  V1File(int version, InputWindow input, model::Symbols& symbols, model::StackTrie& stacks, model::TraceInfo& info);

  // The record at `at`, which a pass over the file has found to be good.
  static V1Type TypeAt(const uint8_t* at) { return V1Type(*at & 0x3f); }
  V1Record Read(const uint8_t* at) const { return plain_numbers_[*at] != 0 ? ReadPlain(at) : ReadOther(at); }
  const uint8_t* at(uint64_t offset) const { return window_.data() + offset; }
  const uint8_t* end() const { return window_.data() + end_; }
  uint64_t offset(const uint8_t* at) const { return static_cast<uint64_t>(at - window_.data()); }

  int version() const { return version_; }
  const std::map<int32_t, std::vector<V1Batch>>& batches() const { return batches_; }  // by proc
  const std::vector<V1Sample>& samples() const { return samples_; }                    // by time
  size_t record_count() const { return record_count_; }
  double ns_per_tick() const { return ns_per_tick_; }
  bool IsTimer(uint64_t goroutine) { return timers_.Find(goroutine) != nullptr; }
  model::StackId Stack(uint64_t number) const;
  model::StringId String(uint64_t number) const;

 private:
  void Index();
  const uint8_t* SkipPlain(const uint8_t* at, const uint8_t* end) const;
  V1Record ReadPlain(const uint8_t* at) const;
  V1Record ReadOther(const uint8_t* at) const;
  void IndexRecord(const V1Record& record, std::vector<uint64_t>& stack_offsets);
  void ReadStack(const V1Record& record);
  V1Record ReadList(V1Record record, const uint8_t* at, uint64_t size) const;
  [[noreturn]] void Fail(const uint8_t* at, const std::string& message) const;

  int version_;
  std::array<uint8_t, 256> plain_numbers_;  // by first byte: of a timed record of nothing but numbers; 0: another
  InputWindow window_;
  size_t end_ = 0;  // behind the last good record
  model::Symbols& symbols_;
  model::StackTrie& trie_;
  model::TraceInfo& info_;
  std::map<int32_t, std::vector<V1Batch>> batches_;
  std::vector<V1Sample> samples_;
  size_t record_count_ = 0;
  double ns_per_tick_ = 0;
  model::IdMap<bool> timers_;
  model::IdMap<model::LocationId> frames_;
  std::vector<model::LocationId> frame_buffer_;
  IdTable<model::StringId> strings_;
  IdTable<model::StackId> stacks_;
};

inline V1Record V1File::ReadPlain(const uint8_t* at) const {
  const uint8_t* const begin = at;
  const unsigned arguments = plain_numbers_[*at] - 1U;
  V1Record record(TypeAt(at++), begin);
  const uint64_t size = arguments < 3 ? 0 : ReadVarint(at);
  const uint8_t* const list = at;
  record.time = ReadVarint(at);
  for (unsigned i = 0; i < arguments; ++i) record.arguments[i] = ReadVarint(at);
  const bool is_of_its_size = arguments < 3 || static_cast<uint64_t>(at - list) == size;
  if (!is_of_its_size || !Inside(at, begin, window_.data() + window_.size())) [[unlikely]]
    ReadOther(begin);  // throws. Not returned: with one result only, the record is built in the caller and not copied
  record.next = at;
  return record;
}

}  // namespace proto::gotrace
