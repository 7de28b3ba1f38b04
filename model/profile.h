#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/file_numbers.h"
#include "model/ids.h"
#include "model/label_table.h"
#include "model/stack_trie.h"
#include "model/symbols.h"
#include "model/warnings.h"

// A Profile: stacks with values. What pprof, perf script, folded stacks and goroutine dumps have in common, in
// profile.proto's words. Samples are columns; row i of each is sample i, in the order of the file.
namespace model {

struct ValueType {
  StringId type;  // "cpu", "inuse_space"
  StringId unit;  // "nanoseconds", "bytes", "count"
  bool operator==(const ValueType&) const = default;
};

struct Profile {
  Symbols symbols;
  StackTrie stacks;
  LabelTable labels;
  std::vector<ValueType> value_types;     // k of them
  std::vector<StackId> sample_stack;      // n
  std::vector<int64_t> sample_value;      // n*k, sample-major: value j of sample i is [i*k + j]
  std::vector<LabelSetId> sample_labels;  // n

  std::optional<size_t> default_value_type;  // as the file asks; nullopt = the last one
  ValueType period_type;
  int64_t period = 0;
  int64_t time_nanos = 0;      // Unix time of the first sample; 0 = not known
  int64_t duration_nanos = 0;  // 0 = not known
  std::string drop_frames;     // regular expressions, see docs/formats/pprof.md
  std::string keep_frames;
  std::string doc_url;
  std::vector<std::string> comments;
  FileNumbers numbers;
  MappingId main_mapping;  // the program: the first mapping of the file; 0 = none
  // How many rows of each kind the file had (ours can differ: we intern, and keep a row 0).
  size_t file_locations = 0, file_functions = 0, file_mappings = 0;
  Warnings warnings;

  size_t sample_count() const { return sample_stack.size(); }
  size_t value_count() const { return value_types.size(); }
  std::span<const int64_t> values(size_t sample) const {
    return std::span(sample_value).subspan(sample * value_count(), value_count());
  }
  void AddSample(StackId stack, std::span<const int64_t> values, LabelSetId label_set = LabelSetId(0));
};

// Sum over samples of value type `index`, signs kept.
int64_t Total(const Profile& profile, size_t index);

// The value type a report is of when the user does not say: the file's default, else the last.
size_t DefaultValueType(const Profile& profile);

}  // namespace model
