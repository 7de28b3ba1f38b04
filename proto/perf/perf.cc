#include "proto/perf/perf.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "model/input_error.h"
#include "proto/perf/perf_builder.h"
#include "proto/perf/perf_line.h"
#include "proto/perf/perf_records.h"
#include "proto/perf/perf_samples.h"
#include "proto/perf/record_chunks.h"
#include "proto/perf/sample_pipeline.h"
#include "proto/processors.h"

namespace proto {
namespace {

constexpr unsigned kMostThreads = 8;

// The event of the first sample; "" where it has none.
std::string FirstEvent(std::string_view text) {
  PerfRecords records(text);
  for (PerfRecord record; records.Next(record);) {
    if (const auto header = ParsePerfHeader(record.header)) return std::string(header->event);
    if (ParsePerfFrame(record.header)) return {};
  }
  return {};
}

unsigned Threads(const PerfOptions& options) {
  const unsigned wanted = options.decoders != 0 ? options.decoders : Processors();
  return std::clamp(wanted, 1U, kMostThreads);
}

[[noreturn]] void FailWithoutSamples(const std::string& name, const PerfOptions& options, const EventCounts& other_events) {
  if (options.event.empty() || other_events.empty()) {
    throw model::InputError(name, "has no sample that could be read or that the options leave");
  }
  std::string names;
  for (const auto& [event, samples] : other_events) names += fmt::format("{}{}", names.empty() ? "" : ", ", event);
  throw model::UsageError(fmt::format("{}: no sample of event \"{}\"; this file has: {}", name, options.event, names));
}

}  // namespace

bool LooksLikePerfScript(std::string_view head) {
  PerfRecords records(head);
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
  RecordChunks chunks(source);
  PreparedChunk chunk;
  if (!chunks.Next(chunk.text)) throw model::InputError(name, "is empty");
  const std::string event = options.event.empty() ? FirstEvent(chunk.text) : options.event;
  const uint64_t seed = model::RandomSeed();
  const SamplePreparer preparer(options, event, model::TextHasher(seed));
  PerfBuilder builder(name, options, seed);
  const auto take = [&] {
    preparer.Prepare(chunk);
    builder.Add(chunk);
  };
  take();
  // The second chunk tells whether there is enough to do for other threads.
  bool has_more = chunks.Next(chunk.text);
  if (has_more) take();
  if (has_more && Threads(options) > 1) {
    SamplePipeline pipeline(chunks, preparer, Threads(options) - 1);
    while (const PreparedChunk* prepared = pipeline.Next()) builder.Add(*prepared);
    has_more = false;
  }
  while (has_more && chunks.Next(chunk.text)) take();
  const EventCounts other_events = builder.other_events();
  model::Profile profile = std::move(builder).Finish(event);
  if (profile.sample_count() == 0) FailWithoutSamples(name, options, other_events);
  return profile;
}

}  // namespace proto
