#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/label_table.h"
#include "model/profile.h"
#include "model/stack_trie.h"
#include "model/string_table.h"

// Several profiles side by side, reduced to what a comparison over runs and builds can use: stacks of function names, no
// addresses and no lines. One set of names, stacks and labels for all runs; a profile can be dropped once it was added.
//
// runtime.asyncPreempt is taken out of stacks: it is a mark the runtime puts on a function it interrupts, it comes in bursts
// (of 33 identical runs some had none and one had 40 of 220 samples), and the time is the interrupted function's.
namespace analysis {

using ValueTypeName = std::pair<std::string, std::string>;  // type, unit

struct Run {
  std::string name;  // the file
  int64_t time_nanos = 0;
  int64_t duration_nanos = 0;
  int64_t period = 0;
  ValueTypeName period_type;
  int64_t samples = 0;  // rows of the profile
  std::string build_id;
  std::string machine, go_version;  // where somebody said so
  std::string architecture;         // as the names of the runtime's files have it, "amd64"; empty = not seen
  std::vector<std::pair<model::StringId, int64_t>> runtime_lines;  // where the runtime's functions begin, by name
  // Rows, one per distinct stack and label set; value and variance are row-major with one entry per value type.
  std::vector<model::StackId> stack;
  std::vector<model::StackId> lines;  // of line_stacks(); root where they are not kept
  std::vector<model::LabelSetId> labels;
  std::vector<int64_t> value;
  std::vector<double> variance;  // by sampling alone
};

// What is kept of each sample beside its functions.
struct RunDetails {
  bool labels = false;
  bool lines = false;
};

class RunTable {
 public:
  // The first profile fixes the value types; UsageError names what a later one lacks.
  // Time: O(stack rows + samples).
  void Add(const model::Profile& profile, std::string name, RunDetails keep = {});

  // What is known of a run from elsewhere.
  void Describe(size_t run, std::string machine, std::string go_version);

  const std::vector<Run>& runs() const { return runs_; }
  const std::vector<ValueTypeName>& value_types() const { return value_types_; }
  size_t default_value_type() const { return default_value_type_; }
  size_t FindValueType(std::string_view type) const;  // "cpu" or "cpu/nanoseconds"; UsageError lists what there is

  const model::StringTable& strings() const { return strings_; }
  const model::StackTrie& stacks() const { return stacks_; }
  // The same stacks by "file.go:12".
  const model::StackTrie& line_stacks() const { return line_stacks_; }
  const model::LabelTable& labels() const { return labels_; }
  // The function a stack row is in. The trie's locations are names here.
  static model::StringId FunctionOf(model::LocationId location) { return model::StringId(location.value); }
  model::StringId function(model::StackId stack) const { return FunctionOf(stacks_.location(stack)); }

  struct Source {
    model::StringId file;  // empty = not known
    int64_t line = 0;      // where the function starts
  };
  Source source(model::StringId function) const;
  Source source(std::string_view function) const;  // as the last profile that knows it says

 private:
  std::vector<size_t> MatchValueTypes(const model::Profile& profile, const std::string& name);
  enum class Naming { kFunctions, kLines };
  std::vector<model::StackId> MapStacks(const model::Profile& profile, Naming naming, model::StackTrie& into);
  std::vector<model::LabelSetId> MapLabels(const model::Profile& profile);
  void KeepSources(const model::Profile& profile);
  void KeepRuntime(const model::Profile& profile, Run& run);

  model::StringTable strings_;
  model::StackTrie stacks_;
  model::StackTrie line_stacks_;
  model::LabelTable labels_;
  std::vector<ValueTypeName> value_types_;
  size_t default_value_type_ = 0;
  std::vector<Run> runs_;
  std::unordered_map<model::StringId, Source> sources_;  // by function name
};

}  // namespace analysis
