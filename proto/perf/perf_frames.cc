#include "proto/perf/perf_frames.h"

#include <algorithm>

#include "proto/perf/frame_name.h"
#include "proto/perf/perf_line.h"

namespace proto {

std::span<const model::LocationId> PerfFrames::Read(std::string_view stack, bool is_java) {
  locations_.clear();
  odd_ = 0;
  first_odd_ = {};
  while (!stack.empty()) {
    const size_t end = std::min(stack.find('\n'), stack.size());
    const std::string_view text = stack.substr(0, end);
    stack.remove_prefix(std::min(end + 1, stack.size()));
    const Line& line = Known(text, is_java);
    if (line.kind == Kind::kFrame || line.kind == Kind::kInlined) {
      TakeFrame(line);
    } else if (line.kind == Kind::kSource) {
      TakeSource(line);
    } else if (line.kind == Kind::kOdd && odd_++ == 0) {
      first_odd_ = text;
    }
  }
  Flush();
  return locations_;
}

const PerfFrames::Line& PerfFrames::Known(std::string_view text, bool is_java) {
  const TextHash key = hash_(text, is_java ? 1 : 0);
  const uint32_t row = index_.FindOrAdd(
      key.low, [&](uint32_t known) { return lines_[known].first == key; },
      [&] {
        lines_.emplace_back(key, Parse(text, is_java));
        return static_cast<uint32_t>(lines_.size() - 1);
      });
  return lines_[row].second;
}

PerfFrames::Line PerfFrames::Parse(std::string_view text, bool is_java) {
  if (text.starts_with('#')) return {.kind = Kind::kComment};
  if (const auto source = ParsePerfSource(text))
    return {.kind = Kind::kSource, .file = std::string(source->file), .number = source->line};
  const auto frame = ParsePerfFrame(text);
  if (!frame) return {};
  if (frame->symbol.starts_with('(')) return {.kind = Kind::kComment};  // "(process name)": perf's mark, not a frame
  Line line{
      .kind = frame->is_inlined ? Kind::kInlined : Kind::kFrame, .address = frame->address, .mapping = Mapping(frame->dso)};
  // No system name: perf has undone the linker's name, and overloads are to be one function, as for the collapsers.
  for (const std::string& name : FrameNames(frame->symbol, frame->dso, is_java)) {
    line.functions.push_back({.function = symbols_.InternFunction({.name = symbols_.InternString(name)})});
  }
  return line;
}

model::MappingId PerfFrames::Mapping(std::string_view dso) {
  if (dso.empty() || dso == "[unknown]") return model::MappingId(0);
  const auto known = mappings_.find(dso);
  if (known != mappings_.end()) return known->second;
  const model::MappingId id = symbols_.AddMapping({.file = symbols_.InternString(dso), .has_functions = true});
  return mappings_.emplace(dso, id).first->second;
}

void PerfFrames::TakeFrame(const Line& line) {
  if (!is_open_ || place_.address != line.address) Flush();
  functions_.insert(functions_.end(), line.functions.begin(), line.functions.end());
  place_ = {.mapping = line.mapping, .address = line.address};
  is_open_ = line.kind == Kind::kInlined;
}

void PerfFrames::TakeSource(const Line& line) {
  if (functions_.empty() || line.file.empty()) return;
  model::Line& last = functions_.back();
  model::Function function = symbols_.functions()[last.function];
  function.file = symbols_.InternString(line.file);
  last = {.function = symbols_.InternFunction(function), .line = line.number};
}

void PerfFrames::Flush() {
  if (!functions_.empty()) locations_.push_back(symbols_.InternLocation(place_, functions_));
  functions_.clear();
  is_open_ = false;
}

}  // namespace proto
