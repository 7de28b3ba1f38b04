#include "proto/dump/dump_profile.h"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace proto {
namespace {

class Builder {
 public:
  explicit Builder(const model::GoroutineDump& dump) : dump_(dump), location_of_(dump.symbols.location_count()) {
    profile_.value_types = {{.type = Text("goroutine"), .unit = Text("count")}};
    profile_.period_type = profile_.value_types[0];
    profile_.period = 1;
    profile_.warnings = dump.warnings;
  }

  model::Profile Build() {
    for (const model::DumpedGoroutine& goroutine : dump_.goroutines) ++count_[{Stack(goroutine), Labels(goroutine)}];
    for (const auto& [key, count] : count_) profile_.AddSample(key.first, {&count, 1}, key.second);
    profile_.file_locations = profile_.symbols.location_count();
    profile_.file_functions = profile_.symbols.functions().size() - 1;
    return std::move(profile_);
  }

 private:
  model::StringId Text(std::string_view text) { return profile_.symbols.InternString(text); }

  model::StackId Stack(const model::DumpedGoroutine& goroutine) {
    std::vector<model::LocationId> locations;
    for (const model::DumpFrame& frame : goroutine.frames) locations.push_back(Location(frame.location));
    return profile_.stacks.FromLeafFirst(locations);
  }

  model::LocationId Location(model::LocationId theirs) {
    std::optional<model::LocationId>& ours = location_of_[theirs.index()];
    if (!ours) {
      const model::Line& line = dump_.symbols.lines(theirs).front();
      const model::Function& function = dump_.symbols.functions()[line.function];
      ours = profile_.symbols.InternFrame(dump_.symbols.text(function.name), dump_.symbols.text(function.file), line.line);
    }
    return *ours;
  }

  model::LabelSetId Labels(const model::DumpedGoroutine& goroutine) {
    std::vector<model::Label> labels;
    for (const auto& [key, value] : goroutine.labels) labels.push_back({.key = Text(key), .text = Text(value)});
    labels.push_back({.key = Text("state"), .text = Text(goroutine.state)});
    if (goroutine.created_by) {
      const model::FunctionId creator = dump_.symbols.lines(*goroutine.created_by).front().function;
      labels.push_back({.key = Text("creator"), .text = Text(dump_.symbols.function_name(creator))});
    }
    return profile_.labels.Intern(labels);
  }

  const model::GoroutineDump& dump_;
  model::Profile profile_;
  std::vector<std::optional<model::LocationId>> location_of_;
  std::map<std::pair<model::StackId, model::LabelSetId>, int64_t> count_;
};

}  // namespace

model::Profile ProfileOf(const model::GoroutineDump& dump) { return Builder(dump).Build(); }

}  // namespace proto
