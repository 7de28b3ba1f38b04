#include "proto/perf/perf_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proto/perf/frame_name.h"

namespace proto {
namespace {

constexpr size_t kShownOfLine = 80;

// Sums stay at the end of their range instead of turning negative.
int64_t AddSaturating(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

// A clock's period is time.
const char* UnitOf(std::string_view event) {
  return event.starts_with("cpu-clock") || event.starts_with("task-clock") ? "nanoseconds" : "count";
}

}  // namespace

PerfBuilder::PerfBuilder(const std::string& name, const PerfOptions& options, uint64_t seed)
    : name_(name), options_(options), frames_(profile_.symbols, profile_.stacks, seed) {}

void PerfBuilder::Add(const PreparedChunk& chunk) {
  for (const OddPerfLine& odd : chunk.odd) CountOdd(odd.kind, odd.text, odd.line);
  for (const PerfSample& sample : chunk.samples) Count(sample);
  for (const auto& [event, samples] : chunk.other_events) other_events_[event] += samples;
  lines_before_ += chunk.lines;
}

void PerfBuilder::Count(const PerfSample& sample) {
  const PerfHeader& header = sample.header;
  const model::LabelSetId labels = Labels(header);
  const model::TextHash key = {.low = labels.value == 0 ? sample.key.low : model::MixHash(sample.key.low + labels.value),
                               .high = sample.key.high + labels.value};
  const uint32_t at = row_index_.FindOrAdd(
      key.low, [&](uint32_t known) { return rows_[known].key == key; },
      [&] {
        rows_.push_back({.key = key, .stack = ReadStack(sample), .labels = labels});
        return static_cast<uint32_t>(rows_.size() - 1);
      });
  Row& row = rows_[at];
  ++row.samples;
  row.weight = AddSaturating(row.weight, header.period == kNotShown ? 1 : header.period);
  has_periods_ |= header.period != kNotShown;
  if (header.time_ns == kNotShown) return;
  first_time_ns_ = std::min(first_time_ns_, header.time_ns);
  last_time_ns_ = std::max(last_time_ns_, header.time_ns);
}

model::StackId PerfBuilder::ReadStack(const PerfSample& sample) {
  const std::string_view command = sample.header.command;
  model::StackId root = model::StackTrie::root();
  if (!command.empty()) root = profile_.stacks.Child(root, Command(command));
  const model::StackId stack = frames_.Read(sample.stack, sample.callers, root, command.starts_with("java"));
  if (frames_.odd() > 0) CountOdd("odd line in a perf stack", frames_.first_odd(), sample.line);
  return stack == root ? model::StackTrie::root() : stack;
}

model::LocationId PerfBuilder::Command(std::string_view command) {
  model::Symbols& symbols = profile_.symbols;
  const model::Line line{.function = symbols.InternFunction({.name = symbols.InternString(CommandFrame(command))})};
  return symbols.InternLocation({}, {&line, 1});
}

model::LabelSetId PerfBuilder::Labels(const PerfHeader& header) {
  model::Label labels[3];
  size_t count = 0;
  const auto add = [&](bool is_asked_for, const char* key, int64_t value) {
    if (!is_asked_for || value == kNotShown) return;
    labels[count++] = {.key = profile_.symbols.InternString(key),
                       .text = profile_.symbols.InternString(fmt::format("{}", value))};
  };
  add(options_.label_processes, "pid", header.process);
  add(options_.label_threads, "tid", header.thread);
  add(options_.label_cpus, "cpu", header.cpu);
  return profile_.labels.Intern(std::span(labels).first(count));
}

void PerfBuilder::CountOdd(const char* kind, std::string_view text, uint64_t line) {
  const std::string_view shown = text.substr(0, std::min(text.find('\n'), kShownOfLine));
  profile_.warnings.Add(kind, fmt::format("{}:{}: found \"{}\"", name_, lines_before_ + line + 1, shown));
}

model::Profile PerfBuilder::Finish(std::string_view event) && {
  model::Symbols& symbols = profile_.symbols;
  profile_.value_types = {{.type = symbols.InternString("samples"), .unit = symbols.InternString("count")}};
  if (has_periods_) {
    profile_.value_types.push_back(
        {.type = symbols.InternString(event.empty() ? "weight" : event), .unit = symbols.InternString(UnitOf(event))});
  }
  AddSamples();
  AddRemarks(event);
  profile_.file_locations = symbols.location_count();
  profile_.file_functions = symbols.functions().size() - 1;
  profile_.file_mappings = symbols.mappings().size() - 1;
  return std::move(profile_);
}

// Texts of stacks can differ and have the same frames: those become one sample.
void PerfBuilder::AddSamples() {
  model::InternIndex index;
  const size_t width = profile_.value_count();
  for (const Row& row : rows_) {
    if (row.stack == model::StackTrie::root()) continue;  // none of its lines was a frame: counted as odd
    const uint32_t sample = index.FindOrAdd(
        model::MixHash((uint64_t{row.stack.value} << 32) | row.labels.value),
        [&](uint32_t known) {
          return profile_.sample_stack[known] == row.stack && profile_.sample_labels[known] == row.labels;
        },
        [&] {
          const int64_t zeros[2] = {};
          profile_.AddSample(row.stack, std::span(zeros).first(width), row.labels);
          return static_cast<uint32_t>(profile_.sample_count() - 1);
        });
    int64_t* const values = &profile_.sample_value[sample * width];
    values[0] = AddSaturating(values[0], row.samples);
    if (has_periods_) values[1] = AddSaturating(values[1], row.weight);
  }
}

void PerfBuilder::AddRemarks(std::string_view event) {
  for (const auto& [other, samples] : other_events_) {
    profile_.warnings.Add("event left out, as events can't be added",
                          fmt::format("{} ({} samples); kept: {}; --event chooses", other, samples, event));
  }
  if (last_time_ns_ > first_time_ns_) profile_.duration_nanos = last_time_ns_ - first_time_ns_;
}

}  // namespace proto
