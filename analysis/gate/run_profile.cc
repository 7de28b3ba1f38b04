#include "analysis/gate/run_profile.h"

#include <span>

namespace analysis {

model::Profile ProfileOf(const RunTable& table, size_t index) {
  const Run& run = table.runs()[index];
  model::Profile profile;
  const auto type_of = [&](const ValueTypeName& type) {
    return model::ValueType{profile.symbols.InternString(type.first), profile.symbols.InternString(type.second)};
  };
  for (const ValueTypeName& type : table.value_types()) profile.value_types.push_back(type_of(type));
  profile.time_nanos = run.time_nanos;
  profile.duration_nanos = run.duration_nanos;
  profile.period = run.period;
  profile.period_type = type_of(run.period_type);
  const size_t width = table.value_types().size();
  std::vector<model::LocationId> frames;
  for (size_t row = 0; row < run.stack.size(); ++row) {
    frames.clear();  // leaf first
    for (const model::LocationId location : table.stacks().LeafFirst(run.stack[row])) {
      const model::StringId name = RunTable::FunctionOf(location);
      const RunTable::Source source = table.source(name);
      frames.push_back(profile.symbols.InternFrame(table.strings()[name], table.strings()[source.file], 0));
    }
    profile.AddSample(profile.stacks.FromLeafFirst(frames), std::span(run.value).subspan(row * width, width));
  }
  return profile;
}

}  // namespace analysis
