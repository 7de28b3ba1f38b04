#include "proto/perf/perf_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "model/intern_index.h"

namespace proto {
namespace {

// Carries symbols of one table over to another, each once.
class SymbolCarrier {
 public:
  SymbolCarrier(const model::Symbols& from, model::Symbols& to)
      : from_(from), to_(to), location_(from.location_count()), mapping_(from.mappings().size()) {}

  model::LocationId Carry(model::LocationId theirs) {
    std::optional<model::LocationId>& ours = location_[theirs.index()];
    if (ours) return *ours;
    model::Location place = from_.location(theirs);
    place.mapping = Carry(place.mapping);
    std::vector<model::Line> lines;
    for (const model::Line& line : from_.lines(theirs)) {
      model::Function function = from_.functions()[line.function];
      function.name = Carry(function.name);
      function.system_name = Carry(function.system_name);
      function.file = Carry(function.file);
      lines.push_back({.function = to_.InternFunction(function), .line = line.line});
    }
    ours = to_.InternLocation(place, lines);
    return *ours;
  }

 private:
  model::StringId Carry(model::StringId theirs) { return to_.InternString(from_.text(theirs)); }

  model::MappingId Carry(model::MappingId theirs) {
    if (theirs == model::MappingId(0)) return theirs;
    std::optional<model::MappingId>& ours = mapping_[theirs.index()];
    if (ours) return *ours;
    model::Mapping mapping = from_.mappings()[theirs];
    mapping.file = Carry(mapping.file);
    for (uint32_t row = 1; row < to_.mappings().size() && !ours; ++row) {  // another part may have brought it
      if (to_.mappings()[model::MappingId(row)] == mapping) ours = model::MappingId(row);
    }
    if (!ours) ours = to_.AddMapping(mapping);
    return *ours;
  }

  const model::Symbols& from_;
  model::Symbols& to_;
  std::vector<std::optional<model::LocationId>> location_;
  std::vector<std::optional<model::MappingId>> mapping_;
};

// A clock's period is time.
const char* UnitOf(std::string_view event) {
  return event.starts_with("cpu-clock") || event.starts_with("task-clock") ? "nanoseconds" : "count";
}

class Joiner {
 public:
  Joiner(std::vector<PerfSums> parts, std::string_view event) : parts_(std::move(parts)), event_(event) {
    for (const PerfSums& part : parts_) has_periods_ |= part.has_periods;
  }

  model::Profile Join() {
    if (parts_.size() == 1) {
      TakeTables();
    } else {
      CarryTables();
    }
    profile_.value_types = {{.type = Text("samples"), .unit = Text("count")}};
    if (has_periods_)
      profile_.value_types.push_back({.type = Text(event_.empty() ? "weight" : event_), .unit = Text(UnitOf(event_))});
    AddSamples();
    AddRemarks();
    profile_.file_locations = profile_.symbols.location_count();
    profile_.file_functions = profile_.symbols.functions().size() - 1;
    profile_.file_mappings = profile_.symbols.mappings().size() - 1;
    return std::move(profile_);
  }

 private:
  model::StringId Text(std::string_view text) { return profile_.symbols.InternString(text); }

  void TakeTables() {
    profile_.symbols = std::move(parts_[0].symbols);
    profile_.stacks = std::move(parts_[0].stacks);
    profile_.labels = std::move(parts_[0].labels);
    rows_ = std::move(parts_[0].rows);
  }

  void CarryTables() {
    struct Origin {
      size_t part;
      PerfSums::Row* row;
    };
    std::vector<Origin> origins;
    std::vector<SymbolCarrier> carriers;
    for (size_t part = 0; part < parts_.size(); ++part) {
      carriers.emplace_back(parts_[part].symbols, profile_.symbols);
      for (PerfSums::Row& row : parts_[part].rows) origins.push_back({part, &row});
    }
    std::ranges::sort(origins, {}, [](const Origin& origin) { return origin.row->first_line; });
    for (const Origin& origin : origins) {
      PerfSums::Row& row = *origin.row;
      row.stack = CarryStack(parts_[origin.part].stacks, row.stack, carriers[origin.part]);
      row.labels = CarryLabels(parts_[origin.part], row.labels);
      rows_.push_back(row);
    }
  }

  model::StackId CarryStack(const model::StackTrie& from, model::StackId theirs, SymbolCarrier& carrier) {
    locations_.clear();
    for (const model::LocationId location : from.LeafFirst(theirs)) locations_.push_back(carrier.Carry(location));
    return profile_.stacks.FromLeafFirst(locations_);
  }

  model::LabelSetId CarryLabels(const PerfSums& from, model::LabelSetId theirs) {
    std::vector<model::Label> labels;
    for (model::Label label : from.labels[theirs]) {
      label.key = Text(from.symbols.text(label.key));
      label.text = Text(from.symbols.text(label.text));
      labels.push_back(label);
    }
    return profile_.labels.Intern(labels);
  }

  void AddSamples() {
    model::InternIndex index;
    const size_t width = profile_.value_count();
    for (const PerfSums::Row& row : rows_) {
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
      profile_.sample_value[sample * width] += row.samples;
      if (has_periods_) profile_.sample_value[sample * width + 1] += row.weight;
    }
  }

  void AddRemarks() {
    std::map<std::string, uint64_t> other_events;
    int64_t first = std::numeric_limits<int64_t>::max();
    int64_t last = std::numeric_limits<int64_t>::min();
    for (const PerfSums& part : parts_) {
      profile_.warnings.Absorb(part.warnings);
      for (const auto& [event, samples] : part.other_events) other_events[event] += samples;
      first = std::min(first, part.first_time_ns);
      last = std::max(last, part.last_time_ns);
    }
    for (const auto& [event, samples] : other_events) {
      profile_.warnings.Add("event left out, as events can't be added",
                            fmt::format("{} ({} samples); kept: {}; --event chooses", event, samples, event_));
    }
    if (last > first) profile_.duration_nanos = last - first;
  }

  std::vector<PerfSums> parts_;
  std::string_view event_;
  bool has_periods_ = false;
  model::Profile profile_;
  std::vector<PerfSums::Row> rows_;
  std::vector<model::LocationId> locations_;
};

}  // namespace

model::Profile JoinPerfSums(std::vector<PerfSums> parts, std::string_view event) {
  return Joiner(std::move(parts), event).Join();
}

}  // namespace proto
