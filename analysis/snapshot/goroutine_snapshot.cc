#include "analysis/snapshot/goroutine_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "analysis/trace/wait_site.h"
#include "model/input_error.h"

namespace analysis {
namespace {

void AddFrames(const model::Symbols& symbols, model::LocationId location, std::vector<SnapshotFrame>& frames) {
  const auto lines = symbols.lines(location);
  for (const model::Line& line : lines) {
    const model::Function& function = symbols.functions()[line.function];
    frames.push_back({std::string(symbols.text(function.name)), std::string(symbols.text(function.file)), line.line});
  }
  if (lines.empty()) frames.push_back({.function = fmt::format("0x{:x}", symbols.location(location).address)});
}

void Count(const model::DumpedGoroutine& goroutine, SnapshotRow& row) {
  ++row.count;
  row.ids.push_back(goroutine.id);
  if (goroutine.wait_minutes) row.longest_minutes = std::max(row.longest_minutes.value_or(0), *goroutine.wait_minutes);
  row.leaked += goroutine.is_leaked ? 1 : 0;
}

}  // namespace

std::vector<SnapshotFrame> FramesOf(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack) {
  std::vector<SnapshotFrame> frames;
  for (const model::LocationId location : stacks.LeafFirst(stack)) AddFrames(symbols, location, frames);
  return frames;
}

Snapshot SnapshotOf(const model::GoroutineDump& dump) {
  Snapshot snapshot{.cause = dump.cause, .has_goroutines_of_their_own = true, .warnings = dump.warnings};
  using Key = std::tuple<model::StackId, std::string, std::optional<model::LocationId>,
                         std::vector<std::pair<std::string, std::string>>, bool>;
  std::map<Key, size_t> row_of;
  for (const model::DumpedGoroutine& goroutine : dump.goroutines) {
    const Key key = {goroutine.stack, goroutine.state, goroutine.created_by, goroutine.labels,
                     goroutine.is_locked_to_thread};
    const auto [at, is_new] = row_of.emplace(key, snapshot.rows.size());
    if (is_new) {
      SnapshotRow row{.state = goroutine.state,
                      .frames = FramesOf(dump.symbols, dump.stacks, goroutine.stack),
                      .labels = goroutine.labels,
                      .is_locked_to_thread = goroutine.is_locked_to_thread};
      std::vector<SnapshotFrame> creator;
      if (goroutine.created_by) AddFrames(dump.symbols, *goroutine.created_by, creator);
      if (!creator.empty()) row.created_by = creator.front();
      snapshot.rows.push_back(std::move(row));
    }
    Count(goroutine, snapshot.rows[at->second]);
    ++snapshot.goroutines;
  }
  for (SnapshotRow& row : snapshot.rows) std::ranges::sort(row.ids);
  return snapshot;
}

Snapshot SnapshotOf(const model::Profile& profile) {
  const auto is_goroutines = [&](const model::ValueType& type) {
    return profile.symbols.text(type.type).starts_with("goroutine");
  };
  if (profile.value_types.empty() || !is_goroutines(profile.value_types[0])) {
    const std::string type(profile.value_types.empty() ? "nothing" : profile.symbols.text(profile.value_types[0].type));
    throw model::UsageError(
        fmt::format("a profile of {} does not say which goroutines there were; wanted a goroutine profile", type));
  }
  Snapshot snapshot{.warnings = profile.warnings};
  const bool is_leak_profile = profile.symbols.text(profile.value_types[0].type) == "goroutineleak";
  for (size_t i = 0; i < profile.sample_count(); ++i) {
    SnapshotRow row{.count = profile.values(i)[0],
                    .frames = FramesOf(profile.symbols, profile.stacks, profile.sample_stack[i])};
    for (const model::Label& label : profile.labels[profile.sample_labels[i]]) {
      if (!label.is_number) row.labels.emplace_back(profile.symbols.text(label.key), profile.symbols.text(label.text));
    }
    if (is_leak_profile) row.leaked = row.count;
    snapshot.goroutines += row.count;
    snapshot.rows.push_back(std::move(row));
  }
  return snapshot;
}

size_t LibraryFrames(const SnapshotRow& row) {
  size_t count = 0;
  while (count < row.frames.size() &&
         (IsWaitLibrary(row.frames[count].function) || row.frames[count].function.starts_with("0x")))
    ++count;
  return count;
}

std::string FrameText(const SnapshotFrame& frame) {
  const std::string file = frame.file.substr(frame.file.find_last_of('/') + 1);
  if (file.empty()) return frame.function;
  return frame.line == 0 ? fmt::format("{} {}", frame.function, file)
                         : fmt::format("{} {}:{}", frame.function, file, frame.line);
}

}  // namespace analysis
