#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/text_hash.h"
#include "proto/perf/perf_line.h"
#include "proto/perf/perf_options.h"
#include "proto/perf/perf_records.h"

// The first half of decoding: from the text of a chunk to its samples, each with the hash of its stack's text. It needs
// nothing but the chunk, so chunks can be prepared side by side; adding them up (perf_builder.h) is done in their order.
namespace proto {

struct PerfSample {
  PerfHeader header;
  std::string_view stack;   // its lines; of a stack on the header's line, that frame
  model::TextHash callers;  // of the command and the stack's lines but the first: most new stacks differ in the leaf alone
  model::TextHash key;      // of command and stack
  uint64_t line = 0;        // of the header, counted from the chunk's first
};

struct OddPerfLine {
  const char* kind;
  std::string_view text;
  uint64_t line = 0;
};

using EventCounts = std::map<std::string, uint64_t, std::less<>>;  // samples by event

struct PreparedChunk {
  std::string text;  // what the views point into
  std::vector<PerfSample> samples;
  std::vector<OddPerfLine> odd;
  EventCounts other_events;  // samples that are not of the event
  uint64_t filtered = 0;     // samples that the options left out
  uint64_t lines = 0;
};

class SamplePreparer {
 public:
  // `event` is the one to keep; without modifiers ("cycles") it stands for all with any. The arguments outlive the preparer.
  SamplePreparer(const PerfOptions& options, const std::string& event, model::TextHasher hash)
      : options_(options), event_(event), hash_(hash) {}

  // Fills the rest of `prepared` from its text. Safe on several threads at once.
  void Prepare(PreparedChunk& prepared) const;

 private:
  void Take(const PerfRecord& record, PreparedChunk& into) const;
  void TakeLines(const PerfRecord& record, const PerfHeader& first, PreparedChunk& into) const;
  void Add(const PerfHeader& header, std::string_view stack, uint64_t line, PreparedChunk& into) const;

  const PerfOptions& options_;
  const std::string& event_;
  model::TextHasher hash_;
};

// Whether a sample of event `found` is one of `wanted`.
bool IsSameEvent(std::string_view wanted, std::string_view found);

}  // namespace proto
