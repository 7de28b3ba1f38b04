#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/intern_index.h"
#include "model/profile.h"
#include "proto/perf/perf_frames.h"
#include "proto/perf/perf_line.h"
#include "proto/perf/perf_options.h"
#include "proto/perf/perf_records.h"
#include "proto/perf/text_hash.h"

// Turns records into stacks and their sums. The text of a stack is hashed as it stands and taken apart only when it is seen
// for the first time: real recordings repeat themselves. Memory: what is distinct.
//
// Several decoders can work on parts of one text; what they found is joined by where in the text a stack was first seen.
namespace proto {

struct PerfSums {
  // One for each distinct (command, text of the stack, labels).
  struct Row {
    TextHash key;
    uint64_t first_line = 0;  // where it was first seen
    model::StackId stack;
    model::LabelSetId labels;
    int64_t samples = 0;
    int64_t weight = 0;  // sum of periods; 1 where a sample has none
  };

  model::Symbols symbols;
  model::StackTrie stacks;
  model::LabelTable labels;
  std::vector<Row> rows;  // by first_line
  model::Warnings warnings;
  std::map<std::string, uint64_t, std::less<>> other_events;  // samples that are not of the event, by theirs
  uint64_t filtered = 0;                                      // samples that the options left out
  bool has_periods = false;
  int64_t first_time_ns = std::numeric_limits<int64_t>::max();
  int64_t last_time_ns = std::numeric_limits<int64_t>::min();
};

class PerfDecoder {
 public:
  // `event` is the one to keep; without modifiers ("cycles") it stands for all with any. All arguments outlive the decoder.
  PerfDecoder(const std::string& name, const PerfOptions& options, const std::string& event, uint64_t seed);

  void Take(const PerfRecord& record);
  PerfSums Finish() && { return std::move(sums_); }

 private:
  void TakeLines(const PerfRecord& record, const PerfHeader& first);
  bool IsWanted(const PerfHeader& header);
  void Count(const PerfHeader& header, std::string_view stack, uint64_t line);
  void AddRow(const PerfHeader& header, std::string_view stack, uint64_t line);
  model::LabelSetId Labels(const PerfHeader& header);
  model::LocationId Command(std::string_view command);
  void CountOdd(std::string_view kind, std::string_view text, uint64_t line);

  const std::string& name_;
  const PerfOptions& options_;
  const std::string& event_;
  TextHasher hash_;
  PerfSums sums_;
  PerfFrames frames_;
  model::InternIndex row_index_;
};

// Whether a sample of event `found` is one of `wanted`.
bool IsSameEvent(std::string_view wanted, std::string_view found);

}  // namespace proto
