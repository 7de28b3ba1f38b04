#include "proto/perf/perf_decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "proto/perf/frame_name.h"

namespace proto {
namespace {

constexpr size_t kShownOfLine = 80;

bool Contains(const std::vector<int64_t>& wanted, int64_t value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

// Sums stay at the end of their range instead of turning negative.
int64_t AddSaturating(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

}  // namespace

bool IsSameEvent(std::string_view wanted, std::string_view found) {
  if (wanted == found) return true;
  return found.size() > wanted.size() && found.starts_with(wanted) && found[wanted.size()] == ':' &&
         wanted.find(':') == std::string_view::npos;
}

PerfDecoder::PerfDecoder(const std::string& name, const PerfOptions& options, const std::string& event, uint64_t seed)
    : name_(name), options_(options), event_(event), hash_(seed), frames_(sums_.symbols, seed) {}

void PerfDecoder::Take(const PerfRecord& record) {
  const auto header = ParsePerfHeader(record.header);
  if (header && !header->frame.empty()) return TakeLines(record, *header);
  if (header) {
    if (!IsWanted(*header)) return;
    if (record.stack.empty()) return CountOdd("perf sample without a stack", record.header, record.line);
    return Count(*header, record.stack, record.line);
  }
  if (ParsePerfFrame(record.header)) {  // all fields of the header were left out
    const char* const begin = record.header.data();
    const char* const end = record.stack.empty() ? begin + record.header.size() : record.stack.data() + record.stack.size();
    if (IsWanted({})) Count({}, {begin, static_cast<size_t>(end - begin)}, record.line);
    return;
  }
  const std::string_view second = record.stack.substr(0, record.stack.find('\n'));
  if (!ParsePerfFrame(second)) return CountOdd("odd perf line", record.header, record.line);
  const PerfHeader command_only{.command = record.header.substr(0, record.header.find_last_not_of(" \t\r") + 1)};
  if (IsWanted(command_only)) Count(command_only, record.stack, record.line);
}

// Recorded without stacks: a sample is a line, and no empty lines stand between them.
void PerfDecoder::TakeLines(const PerfRecord& record, const PerfHeader& first) {
  if (IsWanted(first)) Count(first, first.frame, record.line);
  std::string_view rest = record.stack;
  for (uint64_t line = record.line + 1; !rest.empty(); ++line) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    const auto header = ParsePerfHeader(text);
    if (!header || header->frame.empty()) {
      CountOdd("odd perf line", text, line);
    } else if (IsWanted(*header)) {
      Count(*header, header->frame, line);
    }
  }
}

bool PerfDecoder::IsWanted(const PerfHeader& header) {
  if (!IsSameEvent(event_, header.event)) {
    const auto known = sums_.other_events.find(header.event);
    if (known != sums_.other_events.end()) {
      ++known->second;
    } else {
      sums_.other_events.emplace(header.event, 1);
    }
    return false;
  }
  const auto& commands = options_.commands;
  const bool is_wanted = (commands.empty() || std::ranges::find(commands, header.command) != commands.end()) &&
                         Contains(options_.processes, header.process) && Contains(options_.threads, header.thread) &&
                         Contains(options_.cpus, header.cpu) && header.time_ns >= options_.from_ns &&
                         header.time_ns <= options_.to_ns;
  if (!is_wanted) ++sums_.filtered;
  return is_wanted;
}

void PerfDecoder::Count(const PerfHeader& header, std::string_view stack, uint64_t line) {
  const model::LabelSetId labels = Labels(header);
  const TextHash command = hash_(header.command, labels.value);
  const TextHash key = hash_(stack, command.low);
  const uint32_t row = row_index_.FindOrAdd(
      key.low, [&](uint32_t known) { return sums_.rows[known].key == key; },
      [&] {
        AddRow(header, stack, line);
        sums_.rows.back().key = key;
        sums_.rows.back().labels = labels;
        return static_cast<uint32_t>(sums_.rows.size() - 1);
      });
  PerfSums::Row& sums = sums_.rows[row];
  ++sums.samples;
  sums.weight = AddSaturating(sums.weight, header.period == kNotShown ? 1 : header.period);
  sums_.has_periods |= header.period != kNotShown;
  if (header.time_ns == kNotShown) return;
  sums_.first_time_ns = std::min(sums_.first_time_ns, header.time_ns);
  sums_.last_time_ns = std::max(sums_.last_time_ns, header.time_ns);
}

void PerfDecoder::AddRow(const PerfHeader& header, std::string_view stack, uint64_t line) {
  const std::span<const model::LocationId> frames = frames_.Read(stack, header.command.starts_with("java"));
  if (frames_.odd() > 0) CountOdd("odd line in a perf stack", frames_.first_odd(), line);
  model::StackId at = model::StackTrie::root();
  if (!header.command.empty() && !frames.empty()) at = sums_.stacks.Child(at, Command(header.command));
  for (size_t i = frames.size(); i > 0; --i) at = sums_.stacks.Child(at, frames[i - 1]);
  sums_.rows.push_back({.first_line = line, .stack = at});
}

model::LocationId PerfDecoder::Command(std::string_view command) {
  const model::StringId name = sums_.symbols.InternString(CommandFrame(command));
  const model::Line line{.function = sums_.symbols.InternFunction({.name = name})};
  return sums_.symbols.InternLocation({}, {&line, 1});
}

model::LabelSetId PerfDecoder::Labels(const PerfHeader& header) {
  model::Label labels[3];
  size_t count = 0;
  const auto add = [&](bool is_asked_for, const char* key, int64_t value) {
    if (!is_asked_for || value == kNotShown) return;
    labels[count++] = {.key = sums_.symbols.InternString(key), .text = sums_.symbols.InternString(fmt::format("{}", value))};
  };
  add(options_.label_processes, "pid", header.process);
  add(options_.label_threads, "tid", header.thread);
  add(options_.label_cpus, "cpu", header.cpu);
  return sums_.labels.Intern(std::span(labels).first(count));
}

void PerfDecoder::CountOdd(std::string_view kind, std::string_view text, uint64_t line) {
  sums_.warnings.Add(
      kind, fmt::format("{}:{}: found \"{}\"", name_, line, text.substr(0, std::min(text.find('\n'), kShownOfLine))));
}

}  // namespace proto
