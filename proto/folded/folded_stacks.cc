#include "proto/folded/folded_stacks.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace proto {
namespace {

// Sums stay at the end of their range instead of turning negative.
int64_t AddSaturating(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

}  // namespace

void FoldedStacks::AddValueType(std::string_view type) {
  model::Symbols& symbols = profile_.symbols;
  profile_.value_types.push_back({.type = symbols.InternString(type), .unit = symbols.InternString("count")});
}

void FoldedStacks::Add(std::string_view stack, std::span<const FoldedNumber> values) {
  const size_t first = SampleOf(Intern(stack)) * profile_.value_count();
  for (size_t i = 0; i < values.size(); ++i) {
    int64_t& sum = profile_.sample_value[first + i];
    sum = AddSaturating(sum, values[i].whole);
    if (values[i].millionths != 0) AddFraction(first + i, values[i].millionths);
  }
}

model::StackId FoldedStacks::Intern(std::string_view stack) {
  size_t begin = KeepCommonFrames(stack);
  model::StackId at = last_frames_.empty() ? model::StackTrie::root() : last_frames_.back().stack;
  while (begin <= stack.size()) {
    const size_t end = std::min(stack.find(';', begin), stack.size());
    at = profile_.stacks.Child(at, LocationOf(stack.substr(begin, end - begin)));
    last_frames_.push_back({end, at});
    begin = end + 1;
  }
  last_stack_.assign(stack);
  return at;
}

// Drops the frames of the last stack that `stack` doesn't begin with; returns where the first new frame begins
// (behind the end where there is none).
size_t FoldedStacks::KeepCommonFrames(std::string_view stack) {
  const auto differs = std::ranges::mismatch(stack, last_stack_);
  const auto same = static_cast<size_t>(differs.in1 - stack.begin());
  const auto is_common = [&](const Frame& frame) {
    const bool ends_here = frame.end == stack.size() || (frame.end < stack.size() && stack[frame.end] == ';');
    return frame.end <= same && ends_here;
  };
  while (!last_frames_.empty() && !is_common(last_frames_.back())) last_frames_.pop_back();
  return last_frames_.empty() ? 0 : last_frames_.back().end + 1;
}

model::LocationId FoldedStacks::LocationOf(std::string_view name) {
  model::Symbols& symbols = profile_.symbols;
  const uint64_t hash = model::MixHash(std::hash<std::string_view>()(name));
  const auto name_at = [&](uint32_t row) {
    return symbols.function_name(symbols.lines(location_of_name_[row]).front().function);
  };
  const uint32_t row = name_index_.FindOrAdd(
      hash, [&](uint32_t known) { return name_at(known) == name; },
      [&] {
        // No system name: this is how people are to read it, whatever language it looks like.
        const model::Line line{.function = symbols.InternFunction({.name = symbols.InternString(name)})};
        location_of_name_.push_back(symbols.InternLocation({}, {&line, 1}));
        return static_cast<uint32_t>(location_of_name_.size() - 1);
      });
  return location_of_name_[row];
}

size_t FoldedStacks::SampleOf(model::StackId stack) {
  if (sample_of_stack_.size() < profile_.stacks.size()) sample_of_stack_.resize(profile_.stacks.size() * 2);
  uint32_t& sample = sample_of_stack_[stack.index()];
  if (sample == 0) {
    constexpr int64_t kZeros[2] = {};
    profile_.AddSample(stack, std::span(kZeros).first(profile_.value_count()));
    sample = static_cast<uint32_t>(profile_.sample_count());
  }
  return sample - 1;
}

void FoldedStacks::AddFraction(size_t at, int32_t millionths) {
  if (millionths_.size() <= at) millionths_.resize(profile_.sample_value.size());
  millionths_[at] += millionths;
}

// Values are whole numbers in the model. Each stack's fraction is rounded with what the stacks before it left over, so the
// total of a column is right to half a unit however many stacks there are.
void FoldedStacks::RoundFractions() {
  const size_t width = profile_.value_count();
  std::vector<int64_t> left_over(width, FoldedNumber::kMillion / 2);
  for (size_t at = 0; at < millionths_.size(); ++at) {
    int64_t& carry = left_over[at % width];
    carry += millionths_[at];
    profile_.sample_value[at] = AddSaturating(profile_.sample_value[at], carry / FoldedNumber::kMillion);
    carry %= FoldedNumber::kMillion;
  }
}

model::Profile FoldedStacks::Finish() && {
  RoundFractions();
  profile_.file_locations = profile_.symbols.location_count();
  profile_.file_functions = profile_.symbols.functions().size() - 1;
  return std::move(profile_);
}

}  // namespace proto
