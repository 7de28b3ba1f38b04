#include "analysis/snapshot/snapshot_groups.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <memory>

#include "model/input_error.h"

namespace analysis {
namespace {

constexpr std::string_view kLabelPrefix = "label:";

std::unique_ptr<RE2> Expression(const char* option, const std::string& text) {
  auto expression = std::make_unique<RE2>(text, RE2::Quiet);
  if (!expression->ok()) throw model::UsageError(fmt::format("--{} {}: {}", option, text, expression->error()));
  return expression;
}

class RowFilter {
 public:
  explicit RowFilter(const SnapshotGroupOptions& options)
      : options_(options), focus_(Expression("focus", options.focus)), state_(Expression("state", options.state)) {}

  bool Keeps(const SnapshotRow& row) const {
    if (row.longest_minutes.value_or(0) < options_.longer_minutes) return false;
    if (!RE2::PartialMatch(row.state, *state_)) return false;
    return HasLabel(row) && HasFunction(row);
  }

 private:
  bool HasFunction(const SnapshotRow& row) const {
    return options_.focus.empty() || std::ranges::any_of(row.frames, [&](const SnapshotFrame& frame) {
             return RE2::PartialMatch(frame.function, *focus_);
           });
  }
  bool HasLabel(const SnapshotRow& row) const {
    if (options_.label.empty()) return true;
    const size_t equals = options_.label.find('=');
    const std::string_view key = std::string_view(options_.label).substr(0, equals);
    return std::ranges::any_of(row.labels, [&](const auto& label) {
      return label.first == key &&
             (equals == std::string::npos || label.second == std::string_view(options_.label).substr(equals + 1));
    });
  }

  const SnapshotGroupOptions& options_;
  std::unique_ptr<RE2> focus_, state_;
};

// The line of the program that waits; the innermost frame if all are the library's.
const SnapshotFrame* ProgramFrame(const SnapshotRow& row) {
  if (row.frames.empty()) return nullptr;
  const size_t library = LibraryFrames(row);
  return &row.frames[library < row.frames.size() ? library : 0];
}

// What makes goroutines alike, as a text; two rows with equal keys are one group.
std::string KeyOf(const SnapshotRow& row, const std::string& by) {
  if (by == "state") return row.state;
  if (by == "creator") return row.created_by ? row.created_by->function : std::string();
  if (by == "start") return row.frames.empty() ? std::string() : row.frames.back().function;
  if (by.starts_with(kLabelPrefix)) {
    for (const auto& [key, value] : row.labels) {
      if (key == by.substr(kLabelPrefix.size())) return value;
    }
    return {};
  }
  const bool with_lines = by == "stack";
  if (!with_lines && by != "function") {
    throw model::UsageError(fmt::format("--by {}: wanted stack, function, state, creator, start or label:KEY", by));
  }
  std::string key = row.state;
  const auto add = [&](const SnapshotFrame& frame) {
    key += fmt::format("\n{}", frame.function);
    if (with_lines) key += fmt::format("\n{}:{}", frame.file, frame.line);
  };
  for (const SnapshotFrame& frame : row.frames) add(frame);
  key += "\n\n";
  if (row.created_by) add(*row.created_by);
  return key;
}

std::string NameOf(const SnapshotRow& row, const std::string& by, const std::string& key) {
  if (by != "stack" && by != "function") return key.empty() ? "(none)" : key;
  const SnapshotFrame* frame = ProgramFrame(row);
  return frame == nullptr ? "(no stack)" : FrameText(*frame);
}

void Add(const SnapshotRow& row, int64_t& largest, SnapshotGroup& group) {
  SnapshotRow& sum = group.sum;
  const bool is_first = sum.count == 0;
  group.is_mixed |= !is_first && (row.frames != sum.frames || row.state != sum.state);
  if (row.count > largest) {
    largest = row.count;
    sum.state = row.state;
    sum.frames = row.frames;
    sum.created_by = row.created_by;
    sum.labels = row.labels;
  }
  sum.count += row.count;
  sum.leaked += row.leaked;
  sum.is_locked_to_thread = row.is_locked_to_thread && (is_first || sum.is_locked_to_thread);
  sum.ids.insert(sum.ids.end(), row.ids.begin(), row.ids.end());
  if (row.longest_minutes) sum.longest_minutes = std::max(sum.longest_minutes.value_or(0), *row.longest_minutes);
}

}  // namespace

SnapshotGroups GroupGoroutines(const Snapshot& snapshot, const SnapshotGroupOptions& options) {
  const RowFilter filter(options);
  SnapshotGroups result;
  std::map<std::string, size_t> group_of;
  std::vector<int64_t> largest;
  for (const SnapshotRow& row : snapshot.rows) {
    if (!filter.Keeps(row)) {
      result.filtered += row.count;
      continue;
    }
    const std::string key = KeyOf(row, options.by);
    const auto [at, is_new] = group_of.emplace(key, result.groups.size());
    if (is_new) {
      result.groups.push_back({.name = NameOf(row, options.by, key)});
      largest.push_back(0);
    }
    Add(row, largest[at->second], result.groups[at->second]);
    result.goroutines += row.count;
    result.leaked += row.leaked;
  }
  for (SnapshotGroup& group : result.groups) std::ranges::sort(group.sum.ids);
  std::ranges::stable_sort(result.groups, [](const SnapshotGroup& a, const SnapshotGroup& b) {
    const int64_t minutes_a = a.sum.longest_minutes.value_or(0), minutes_b = b.sum.longest_minutes.value_or(0);
    if (minutes_a != minutes_b) return minutes_a > minutes_b;
    if (a.sum.count != b.sum.count) return a.sum.count > b.sum.count;
    return a.name < b.name;
  });
  return result;
}

}  // namespace analysis
