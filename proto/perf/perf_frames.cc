#include "proto/perf/perf_frames.h"

#include <algorithm>
#include <utility>

#include "proto/perf/frame_name.h"
#include "proto/perf/perf_line.h"

namespace proto {

model::StackId PerfFrames::Read(std::string_view text, const model::TextHash& callers, model::StackId root, bool is_java) {
  Callers& behind_leaf = callers_[KnownCallers(callers)];
  if (const auto leaf = behind_leaf.stack ? LeafFrame(text, is_java) : std::nullopt) {
    odd_ = 0;
    return stacks_.Child(*behind_leaf.stack, *leaf);
  }
  KeepCommonTail(text, root);
  const size_t kept = tails_.empty() ? 0 : tails_.back().bytes;
  model::StackId at = tails_.empty() ? root : tails_.back().stack;
  ReadLines(text, text.size() - kept, is_java);
  for (size_t i = frames_.size(); i > 0; --i) {
    at = stacks_.Child(at, frames_[i - 1].location);
    tails_.push_back({text.size() - frames_[i - 1].offset, at});
  }
  last_text_.assign(text);
  // Odd lines are to be counted for each stack that has them.
  if (odd_ == 0 && IsLeafOneLine(text)) behind_leaf.stack = stacks_.caller(at);
  return at;
}

uint32_t PerfFrames::KnownCallers(const model::TextHash& key) {
  return callers_index_.FindOrAdd(
      key.low, [&](uint32_t known) { return callers_[known].key == key; },
      [&] {
        callers_.push_back({.key = key, .stack = std::nullopt});
        return static_cast<uint32_t>(callers_.size() - 1);
      });
}

// The first line's frame, if it is one without what stands behind it.
std::optional<model::LocationId> PerfFrames::LeafFrame(std::string_view text, bool is_java) {
  Line& line = lines_[Known(text.substr(0, text.find('\n')), is_java)].second;
  return line.kind == Kind::kFrame ? std::optional(LocationOf(line)) : std::nullopt;
}

// Of the text just read: whether its second line begins the second frame.
bool PerfFrames::IsLeafOneLine(std::string_view text) const {
  return tails_.size() >= 2 && tails_.back().bytes == text.size() &&
         tails_[tails_.size() - 2].bytes == text.size() - std::min(text.find('\n') + 1, text.size());
}

// Drops the tails that `text` does not end with.
void PerfFrames::KeepCommonTail(std::string_view text, model::StackId root) {
  if (root != std::exchange(last_root_, root)) tails_.clear();
  const std::string_view last = last_text_;
  size_t same = 0;
  size_t bytes = 0;
  for (const Tail& tail : tails_) {
    if (tail.bytes > text.size() || last.substr(last.size() - tail.bytes, tail.bytes - bytes) !=
                                        text.substr(text.size() - tail.bytes, tail.bytes - bytes))
      break;
    bytes = tail.bytes;
    ++same;
  }
  // A line must end where the tail begins, and not an inlined call's, which would belong to the tail's first frame.
  const auto begins_frame = [&](const Tail& tail) {
    const std::string_view before = text.substr(0, text.size() - tail.bytes);
    return before.empty() ||
           (before.ends_with('\n') && !before.ends_with("(inlined)\n") && !before.ends_with("(inlined)\r\n"));
  };
  while (same > 0 && !begins_frame(tails_[same - 1])) --same;
  tails_.resize(same);
}

void PerfFrames::ReadLines(std::string_view text, size_t end, bool is_java) {
  frames_.clear();
  odd_ = 0;
  first_odd_ = {};
  for (size_t begin = 0; begin < end;) {
    const std::string_view line_text = text.substr(begin, std::min(text.find('\n', begin), end) - begin);
    const uint32_t row = Known(line_text, is_java);
    const Line& line = lines_[row].second;
    if (line.kind == Kind::kFrame || line.kind == Kind::kInlined) {
      TakeFrame(row, begin);
    } else if (line.kind == Kind::kSource) {
      TakeSource(line);
    } else if (line.kind == Kind::kOdd && odd_++ == 0) {
      first_odd_ = line_text;
    }
    begin += line_text.size() + 1;
  }
  Flush();
}

uint32_t PerfFrames::Known(std::string_view text, bool is_java) {
  const model::TextHash key = hash_(text, is_java ? 1 : 0);
  return index_.FindOrAdd(
      key.low, [&](uint32_t known) { return lines_[known].first == key; },
      [&] {
        lines_.emplace_back(key, Parse(text, is_java));
        return static_cast<uint32_t>(lines_.size() - 1);
      });
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

void PerfFrames::TakeFrame(uint32_t row, size_t offset) {
  const Line& line = lines_[row].second;
  const bool continues = is_open_ && place_.address == line.address;
  if (!continues) {
    Flush();
    offset_ = offset;
    if (line.kind == Kind::kFrame) {
      as_it_stands_ = row;
      return;
    }
  }
  functions_.insert(functions_.end(), line.functions.begin(), line.functions.end());
  place_ = {.mapping = line.mapping, .address = line.address};
  is_open_ = line.kind == Kind::kInlined;
}

void PerfFrames::TakeSource(const Line& line) {
  if (line.file.empty()) return;
  if (as_it_stands_) {
    const Line& frame = lines_[*as_it_stands_].second;
    functions_ = frame.functions;
    place_ = {.mapping = frame.mapping, .address = frame.address};
    as_it_stands_.reset();
  }
  if (functions_.empty()) return;
  model::Line& last = functions_.back();
  model::Function function = symbols_.functions()[last.function];
  function.file = symbols_.InternString(line.file);
  last = {.function = symbols_.InternFunction(function), .line = line.number};
}

// Of a frame as it stands.
model::LocationId PerfFrames::LocationOf(Line& line) {
  if (!line.location)
    line.location = symbols_.InternLocation({.mapping = line.mapping, .address = line.address}, line.functions);
  return *line.location;
}

void PerfFrames::Flush() {
  if (as_it_stands_) {
    frames_.push_back({LocationOf(lines_[*as_it_stands_].second), offset_});
    as_it_stands_.reset();
  } else if (!functions_.empty()) {
    frames_.push_back({symbols_.InternLocation(place_, functions_), offset_});
    functions_.clear();
  }
  is_open_ = false;
}

}  // namespace proto
