#include "proto/perf/perf_samples.h"

#include <algorithm>

namespace proto {
namespace {

bool Contains(const std::vector<int64_t>& wanted, int64_t value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool PassesFilters(const PerfOptions& options, const PerfHeader& header) {
  const auto& commands = options.commands;
  return (commands.empty() || std::ranges::find(commands, header.command) != commands.end()) &&
         Contains(options.processes, header.process) && Contains(options.threads, header.thread) &&
         Contains(options.cpus, header.cpu) && header.time_ns >= options.from_ns && header.time_ns <= options.to_ns;
}

}  // namespace

bool IsSameEvent(std::string_view wanted, std::string_view found) {
  if (wanted == found) return true;
  return found.size() > wanted.size() && found.starts_with(wanted) && found[wanted.size()] == ':' &&
         wanted.find(':') == std::string_view::npos;
}

void SamplePreparer::Prepare(PreparedChunk& prepared) const {
  prepared.samples.clear();
  prepared.odd.clear();
  prepared.other_events.clear();
  prepared.filtered = 0;
  PerfRecords records(prepared.text);
  for (PerfRecord record; records.Next(record);) Take(record, prepared);
  prepared.lines = records.lines();
}

void SamplePreparer::Take(const PerfRecord& record, PreparedChunk& into) const {
  const auto header = ParsePerfHeader(record.header);
  if (header && !header->frame.empty()) return TakeLines(record, *header, into);
  if (header) return Add(*header, record.stack, record.line, into);
  if (ParsePerfFrame(record.header)) {  // all fields of the header were left out
    const char* const begin = record.header.data();
    const char* const end = record.stack.empty() ? begin + record.header.size() : record.stack.data() + record.stack.size();
    return Add({}, {begin, static_cast<size_t>(end - begin)}, record.line, into);
  }
  const std::string_view second = record.stack.substr(0, record.stack.find('\n'));
  if (!ParsePerfFrame(second)) return into.odd.push_back({"odd perf line", record.header, record.line});
  const PerfHeader command_only{.command = record.header.substr(0, record.header.find_last_not_of(" \t\r") + 1)};
  Add(command_only, record.stack, record.line, into);
}

// Recorded without stacks: a sample is a line, and no empty lines stand between them.
void SamplePreparer::TakeLines(const PerfRecord& record, const PerfHeader& first, PreparedChunk& into) const {
  Add(first, first.frame, record.line, into);
  std::string_view rest = record.stack;
  for (uint64_t line = record.line + 1; !rest.empty(); ++line) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    const auto header = ParsePerfHeader(text);
    if (!header || header->frame.empty()) {
      into.odd.push_back({"odd perf line", text, line});
    } else {
      Add(*header, header->frame, line, into);
    }
  }
}

void SamplePreparer::Add(const PerfHeader& header, std::string_view stack, uint64_t line, PreparedChunk& into) const {
  if (!IsSameEvent(event_, header.event)) {
    const auto known = into.other_events.find(header.event);
    if (known != into.other_events.end()) {
      ++known->second;
    } else {
      into.other_events.emplace(header.event, 1);
    }
  } else if (!PassesFilters(options_, header)) {
    ++into.filtered;
  } else if (stack.empty()) {
    const auto begin = static_cast<size_t>(header.command.data() - into.text.data());
    into.odd.push_back({"perf sample without a stack", std::string_view(into.text).substr(begin), line});
  } else {
    const size_t leaf_end = std::min(stack.find('\n'), stack.size());
    const model::TextHash callers = hash_(stack.substr(leaf_end), hash_(header.command).low);
    model::TextHash key = hash_(stack.substr(0, leaf_end), callers.low);
    key.high ^= callers.high;
    into.samples.push_back({header, stack, callers, key, line});
  }
}

}  // namespace proto
