#include "analysis/gate/run_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "analysis/gate/sampling_error.h"
#include "model/input_error.h"

namespace analysis {
namespace {

ValueTypeName NameOf(const model::Profile& profile, const model::ValueType& type) {
  return {std::string(profile.symbols.text(type.type)), std::string(profile.symbols.text(type.unit))};
}

std::string Listed(const std::vector<ValueTypeName>& types) {
  std::string text;
  for (const auto& [type, unit] : types) text += fmt::format("{}{}/{}", text.empty() ? "" : ", ", type, unit);
  return text;
}

std::string_view BaseName(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

// The functions of a location from the outermost to the innermost inlined one. An address without symbols stands under the
// name of its binary: addresses differ from build to build.
std::vector<std::string> FunctionsOf(const model::Symbols& symbols, model::LocationId location) {
  std::vector<std::string> names;
  const auto lines = symbols.lines(location);
  for (size_t i = lines.size(); i-- > 0;) {
    const std::string_view name = symbols.function_name(lines[i].function);
    if (name == "runtime.asyncPreempt" || name == "runtime.asyncPreempt2") continue;
    names.emplace_back(name.empty() ? "[unknown]" : name);
  }
  if (lines.empty()) {
    const std::string_view file = BaseName(symbols.text(symbols.mappings()[symbols.location(location).mapping].file));
    names.push_back(file.empty() ? "[unknown]" : fmt::format("[{}]", file));
  }
  return names;
}

// The same by place, "cart/price.go:42".
std::vector<std::string> PlacesOf(const model::Symbols& symbols, model::LocationId location) {
  std::vector<std::string> places;
  const auto lines = symbols.lines(location);
  for (size_t i = lines.size(); i-- > 0;)
    places.push_back(fmt::format("{}:{}", symbols.text(symbols.functions()[lines[i].function].file), lines[i].line));
  return places;
}

// Where runtime.main calls main.main: what tells the Go version where no function says at which line it begins (before Go
// 1.20). 0 where no stack has both.
int64_t LineOfMain(const model::Profile& profile) {
  for (uint32_t row = 1; row < profile.stacks.size(); ++row) {
    const model::StackId caller = profile.stacks.caller(model::StackId(row));
    if (caller == model::StackTrie::root()) continue;
    const auto called = profile.symbols.lines(profile.stacks.location(model::StackId(row)));
    const auto calling = profile.symbols.lines(profile.stacks.location(caller));
    if (called.empty() || calling.empty()) continue;
    if (profile.symbols.function_name(called.back().function) == "main.main" &&
        profile.symbols.function_name(calling.front().function) == "runtime.main")
      return calling.front().line;
  }
  return 0;
}

}  // namespace

size_t RunTable::FindValueType(std::string_view type) const {
  for (size_t i = 0; i < value_types_.size(); ++i) {
    if (value_types_[i].first == type || value_types_[i].first + "/" + value_types_[i].second == type) return i;
  }
  throw model::UsageError(fmt::format("no samples of type \"{}\"; the profiles have: {}", type, Listed(value_types_)));
}

std::vector<size_t> RunTable::MatchValueTypes(const model::Profile& profile, const std::string& name) {
  std::vector<ValueTypeName> found;
  for (const model::ValueType& type : profile.value_types) found.push_back(NameOf(profile, type));
  if (runs_.empty()) {
    value_types_ = found;
    default_value_type_ = model::DefaultValueType(profile);
  }
  std::vector<size_t> columns;
  for (const ValueTypeName& wanted : value_types_) {
    const auto at = std::ranges::find(found, wanted);
    if (at == found.end()) {
      throw model::UsageError(fmt::format("{} can't be compared with {}: it has no samples of type {}/{}, but {}", name,
                                          runs_.front().name, wanted.first, wanted.second, Listed(found)));
    }
    columns.push_back(static_cast<size_t>(at - found.begin()));
  }
  if (columns.empty()) throw model::InputError(name, "the profile has no sample types, so there is nothing to compare");
  return columns;
}

std::vector<model::StackId> RunTable::MapStacks(const model::Profile& profile, Naming naming, model::StackTrie& into) {
  std::vector<std::vector<model::LocationId>> frames(profile.symbols.location_count());
  std::vector<bool> is_known(frames.size());
  std::vector<model::StackId> mapped(profile.stacks.size(), model::StackTrie::root());
  for (uint32_t row = 1; row < mapped.size(); ++row) {
    const model::LocationId location = profile.stacks.location(model::StackId(row));
    auto& functions = frames[location.index()];
    if (!is_known[location.index()]) {
      const auto names =
          naming == Naming::kLines ? PlacesOf(profile.symbols, location) : FunctionsOf(profile.symbols, location);
      for (const std::string& name : names) functions.emplace_back(strings_.Intern(name).value);
      is_known[location.index()] = true;
    }
    model::StackId at = mapped[profile.stacks.caller(model::StackId(row)).index()];
    for (const model::LocationId function : functions) at = into.Child(at, function);
    mapped[row] = at;
  }
  return mapped;
}

std::vector<model::LabelSetId> RunTable::MapLabels(const model::Profile& profile) {
  std::vector<model::LabelSetId> mapped;
  const auto intern = [&](model::StringId id) { return strings_.Intern(profile.symbols.text(id)); };
  for (uint32_t set = 0; set < profile.labels.size(); ++set) {
    std::vector<model::Label> labels;
    for (model::Label label : profile.labels[model::LabelSetId(set)]) {
      label.key = intern(label.key);
      label.text = intern(label.text);
      label.unit = intern(label.unit);
      labels.push_back(label);
    }
    mapped.push_back(labels_.Intern(labels));
  }
  return mapped;
}

void RunTable::KeepSources(const model::Profile& profile) {
  for (const model::Function& function : profile.symbols.functions()) {
    const std::string_view name = profile.symbols.text(function.name);
    const std::string_view file = profile.symbols.text(function.file);
    if (!name.empty() && !file.empty()) sources_[strings_.Intern(name)] = {strings_.Intern(file), function.start_line};
  }
}

// The Go version is in no profile, but the runtime's functions are at other lines in each, and its assembly says for what
// it is.
void RunTable::KeepRuntime(const model::Profile& profile, Run& run) {
  if (const int64_t line = LineOfMain(profile); line > 0)
    run.runtime_lines.emplace_back(strings_.Intern("the call of main.main"), line);
  for (const model::Function& function : profile.symbols.functions()) {
    const std::string_view name = profile.symbols.text(function.name);
    if (!name.starts_with("runtime.")) continue;
    const std::string_view file = profile.symbols.text(function.file);
    const bool is_go = !file.ends_with(".s");  // assembly differs between processors
    if (is_go && function.start_line > 0) run.runtime_lines.emplace_back(strings_.Intern(name), function.start_line);
    for (const std::string_view architecture :
         {"amd64", "arm64", "386", "arm", "riscv64", "ppc64le", "s390x", "loong64", "wasm"}) {
      if (file.ends_with(fmt::format("_{}.s", architecture))) run.architecture = architecture;
    }
  }
  std::ranges::sort(run.runtime_lines);
  run.runtime_lines.erase(std::unique(run.runtime_lines.begin(), run.runtime_lines.end()), run.runtime_lines.end());
}

void RunTable::Describe(size_t run, std::string machine, std::string go_version) {
  runs_[run].machine = std::move(machine);
  runs_[run].go_version = std::move(go_version);
}

RunTable::Source RunTable::source(model::StringId function) const {
  const auto at = sources_.find(function);
  return at == sources_.end() ? Source{} : at->second;
}

RunTable::Source RunTable::source(std::string_view function) const {
  for (const auto& [name, where] : sources_) {
    if (strings_[name] == function) return where;
  }
  return {};
}

void RunTable::Add(const model::Profile& profile, std::string name, RunDetails keep) {
  const std::vector<size_t> columns = MatchValueTypes(profile, name);
  const std::vector<model::StackId> stacks = MapStacks(profile, Naming::kFunctions, stacks_);
  const auto lines = keep.lines ? MapStacks(profile, Naming::kLines, line_stacks_) : std::vector<model::StackId>();
  const std::vector<model::LabelSetId> labels = keep.labels ? MapLabels(profile) : std::vector<model::LabelSetId>();
  KeepSources(profile);
  const SamplingError error(profile);
  Run run{.name = std::move(name),
          .time_nanos = profile.time_nanos,
          .duration_nanos = profile.duration_nanos,
          .period = profile.period,
          .period_type = NameOf(profile, profile.period_type),
          .samples = static_cast<int64_t>(profile.sample_count())};
  KeepRuntime(profile, run);
  const auto& mappings = profile.symbols.mappings();
  if (mappings.size() > 1) run.build_id = profile.symbols.text(mappings[model::MappingId(1)].build_id);

  const size_t width = columns.size();
  std::map<std::tuple<model::StackId, model::StackId, model::LabelSetId>, size_t> rows;
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    const model::StackId stack = stacks[profile.sample_stack[sample].index()];
    const model::StackId line = keep.lines ? lines[profile.sample_stack[sample].index()] : model::StackTrie::root();
    const model::LabelSetId set = keep.labels ? labels[profile.sample_labels[sample].index()] : model::LabelSetId(0);
    const auto [at, is_new] = rows.try_emplace({stack, line, set}, run.stack.size());
    if (is_new) {
      run.stack.push_back(stack);
      run.lines.push_back(line);
      run.labels.push_back(set);
      run.value.resize(run.value.size() + width);
      run.variance.resize(run.variance.size() + width);
    }
    for (size_t i = 0; i < width; ++i) {
      auto& sum = run.value[at->second * width + i];
      sum = static_cast<int64_t>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(profile.values(sample)[columns[i]]));
      run.variance[at->second * width + i] += error.Variance(profile.values(sample), columns[i]);
    }
  }
  runs_.push_back(std::move(run));
}

}  // namespace analysis
