#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/intern_index.h"
#include "model/profile.h"
#include "proto/perf/perf_frames.h"
#include "proto/perf/perf_options.h"
#include "proto/perf/perf_samples.h"

// The second half of decoding: adds samples up, stack by stack. A stack is known by the hash of its text and taken apart
// only when it is seen for the first time: real recordings repeat themselves. Memory: what is distinct.
namespace proto {

class PerfBuilder {
 public:
  PerfBuilder(const std::string& name, const PerfOptions& options, uint64_t seed);

  void Add(const PreparedChunk& chunk);  // in the order of the text

  const EventCounts& other_events() const { return other_events_; }
  model::Profile Finish(std::string_view event) &&;

 private:
  // One for each distinct text of a stack, with its command and labels.
  struct Row {
    model::TextHash key;
    model::StackId stack;
    model::LabelSetId labels;
    int64_t samples = 0;
    int64_t weight = 0;  // sum of periods; 1 where a sample has none
  };

  void Count(const PerfSample& sample);
  model::StackId ReadStack(const PerfSample& sample);
  model::LocationId Command(std::string_view command);
  model::LabelSetId Labels(const PerfHeader& header);
  void CountOdd(const char* kind, std::string_view text, uint64_t line);
  void AddSamples();
  void AddRemarks(std::string_view event);

  const std::string& name_;
  const PerfOptions& options_;
  model::Profile profile_;
  PerfFrames frames_;
  std::vector<Row> rows_;
  model::InternIndex row_index_;
  EventCounts other_events_;
  uint64_t lines_before_ = 0;  // of the chunks added so far
  bool has_periods_ = false;
  int64_t first_time_ns_ = std::numeric_limits<int64_t>::max();
  int64_t last_time_ns_ = std::numeric_limits<int64_t>::min();
};

}  // namespace proto
