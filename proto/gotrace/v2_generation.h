#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/event_source.h"
#include "model/id_map.h"
#include "proto/gotrace/id_table.h"
#include "proto/gotrace/input_window.h"
#include "proto/gotrace/v2_spec.h"
#include "proto/gotrace/wire.h"

// A v2 trace is a row of generations (about a second each); each is complete in itself: its own string and stack tables,
// its own clock rate, and for each thread a chain of batches of events. One generation is held at a time.
namespace proto::gotrace {

struct V2Batch {
  uint64_t offset;  // of its first event in the unpacked file
  uint64_t time;    // in clock units
  uint32_t size;
  uint32_t next;  // of the same thread; kNoBatch at the end
};
constexpr uint32_t kNoBatch = UINT32_MAX;

struct V2Thread {
  model::ThreadId id;
  uint32_t first_batch;
  uint32_t last_batch;
};

struct V2CpuSample {
  model::Time time;
  uint64_t offset;
  model::GoroutineId goroutine;
  model::ProcId proc;
  model::ThreadId thread;
  uint64_t stack;  // number in this generation's table
};

// A reading of the trace's clock and the wall clock at the same moment.
struct V2ClockSnapshot {
  model::Time time;
  int64_t wall_ns;
};

struct V2Generation {
  uint64_t number = 0;
  uint64_t begin_byte = 0;
  const uint8_t* bytes = nullptr;  // the file from begin_byte on; kSlack bytes readable behind
  double ns_per_unit = 0;
  uint64_t whole_ns_per_unit = 0;  // the same where it is a whole number, as it nearly always is; else 0
  model::Time begin_time = 0;
  std::vector<V2Batch> batches;
  std::vector<V2Thread> threads;  // in order of first appearance
  IdTable<model::StringId> strings;
  IdTable<model::StackId> stacks;
  std::vector<V2CpuSample> cpu_samples;  // by time
  std::optional<V2ClockSnapshot> clock;
  bool is_whole = true;        // false: batches are missing at its end
  bool follows_a_gap = false;  // what was known before need not be true any more

  const uint8_t* at(uint64_t offset) const { return bytes + (offset - begin_byte); }
};

// Nanoseconds as the official reader computes them: one truncation per difference. Throws FormatError beyond 140 years.
model::Time ScaleTime(uint64_t units, double ns_per_unit, uint64_t byte);

class V2GenerationReader {
 public:
  // `info` gets what is damaged. All references must outlive the reader.
  V2GenerationReader(int version, InputWindow input, model::Symbols& symbols, model::StackTrie& stacks,
                     model::TraceInfo& info);

  // Reads the next generation into `generation`, whose old batches end here. False: the input has no more.
  bool Next(V2Generation& generation);

  // The events of the generation that was read last are good up to the error only.
  void ReportBadEvents(const V2Generation& generation, const FormatError& error);

  Progress progress() const { return window_.progress(); }

 private:
  struct BatchHeader {
    V2Type type = V2Type::kNone;
    uint64_t generation = 0;
    uint64_t thread = 0;
    uint64_t time = 0;
    size_t size = 0;
    size_t data = 0;  // place in the window
  };
  // A batch of one of the tables, sorted out while reading.
  struct TableBatch {
    size_t data;
    size_t size;
    uint64_t time;
  };

  void SkipToNextGeneration();
  bool LooksLikeGenerationStart(size_t at);
  void ReadBatches(V2Generation& generation);
  BatchHeader ReadBatchHeader(size_t at);
  void SortBatch(V2Generation& generation, const BatchHeader& batch);
  void AddEventBatch(V2Generation& generation, const BatchHeader& batch);

  void ReadTables(V2Generation& generation);
  void ReadClock(V2Generation& generation);
  void ReadSync(const TableBatch& batch, double& ns_per_unit, uint64_t snapshot[4]);
  void ReadStrings(V2Generation& generation, const TableBatch& batch);
  void ReadStacks(V2Generation& generation, const TableBatch& batch);
  void ReadStack(V2Generation& generation, const uint8_t*& at, const uint8_t* end);
  void ReadCpuSamples(V2Generation& generation, const TableBatch& batch);

  uint64_t offset(const uint8_t* at) const { return window_.offset(static_cast<size_t>(at - window_.data())); }
  void AddDamage(const V2Generation& generation, const FormatError& error, uint64_t end);

  int version_;
  InputWindow window_;
  size_t at_ = 0;  // in the window: the first byte that is not done with
  model::Symbols& symbols_;
  model::StackTrie& trie_;
  model::TraceInfo& info_;

  bool lost_ = false;       // the next generation's start has to be searched for
  size_t lost_damage_ = 0;  // which damage of info_ goes on until there
  uint64_t last_number_ = 0;
  double last_ns_per_unit_;
  uint64_t begin_units_ = 0;  // of the generation being read: the earliest batch
  model::IdMap<uint32_t> thread_rows_;
  std::vector<TableBatch> syncs_, strings_, stacks_, samples_;
  model::IdMap<model::LocationId> frames_;  // program counter -> frame: the first that the generation names
  std::vector<model::LocationId> frame_buffer_;
};

}  // namespace proto::gotrace
