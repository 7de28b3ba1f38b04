#include "proto/folded/folded_stacks.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/frame_tree.h"

namespace proto {
namespace {

// How many bytes both begin with; eight at a time.
size_t CommonBytes(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= most; at += sizeof(uint64_t)) {
    uint64_t left = 0, right = 0;
    std::memcpy(&left, a.data() + at, sizeof left);
    std::memcpy(&right, b.data() + at, sizeof right);
    if (left != right) break;
  }
  while (at < most && a[at] == b[at]) ++at;
  return at;
}

// Eight bytes a step; the last step looks at the last eight again.
uint64_t HashOf(std::string_view name) {
  constexpr uint64_t kMultiplier = 0x9fb21c651e98df25U;
  const auto word = [&](size_t at) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, name.data() + at, std::min(name.size(), sizeof bytes));
    return bytes;
  };
  uint64_t hash = name.size();
  for (size_t at = 0; at + sizeof(uint64_t) < name.size(); at += sizeof(uint64_t)) {
    hash = (hash ^ word(at)) * kMultiplier;
    hash ^= hash >> 32;
  }
  return model::MixHash(hash ^ word(name.size() < sizeof(uint64_t) ? 0 : name.size() - sizeof(uint64_t)));
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
    sum = model::SaturatingSum(sum, values[i].whole);
    if (values[i].millionths != 0) AddFraction(first + i, values[i].millionths);
  }
}

model::StackId FoldedStacks::Intern(std::string_view stack) {
  const size_t same = CommonBytes(stack, last_stack_);
  NoteOrder(stack, same);
  SplitNewFrames(stack, KeepCommonFrames(stack, same));
  GuessNames(stack);
  model::StackId at = last_frames_.empty() ? model::StackTrie::root() : last_frames_.back().stack;
  for (const NewFrame& frame : new_frames_) {
    at = Child(at, LocationOf(stack.substr(frame.begin, frame.end - frame.begin), frame), frame.end);
    last_frames_.push_back({frame.end, at});
  }
  if (is_sorted_ && !new_frames_.empty()) whole_prefixes_.push_back({stack.size(), at});
  last_stack_.resize(same);
  last_stack_.append(stack.substr(same));
  return at;
}

// In sorted lines, those that begin with "a;b;" follow each other, so a frame that the line before doesn't have is new, but
// for one case: "a;b" alone may stand before "a;b.c;d" and that before "a;b;e".
void FoldedStacks::NoteOrder(std::string_view stack, size_t same) {
  if (same < last_stack_.size() &&
      (same == stack.size() || static_cast<unsigned char>(stack[same]) < static_cast<unsigned char>(last_stack_[same]))) {
    is_sorted_ = false;
    whole_prefixes_.clear();
  }
  while (!whole_prefixes_.empty() && whole_prefixes_.back().end > same) whole_prefixes_.pop_back();
}

// Drops the frames of the last stack that `stack` doesn't begin with; returns where the first new frame begins
// (behind the end where there is none). `same`: the bytes that both begin with.
size_t FoldedStacks::KeepCommonFrames(std::string_view stack, size_t same) {
  const auto is_common = [&](const Frame& frame) {
    const bool ends_here = frame.end == stack.size() || (frame.end < stack.size() && stack[frame.end] == ';');
    return frame.end <= same && ends_here;
  };
  while (!last_frames_.empty() && !is_common(last_frames_.back())) last_frames_.pop_back();
  return last_frames_.empty() ? 0 : last_frames_.back().end + 1;
}

// All names of a line are hashed before the first is looked up: the index's memory is on its way meanwhile.
void FoldedStacks::SplitNewFrames(std::string_view stack, size_t begin) {
  new_frames_.clear();
  while (begin <= stack.size()) {
    const size_t end = std::min(stack.find(';', begin), stack.size());
    const uint64_t hash = HashOf(stack.substr(begin, end - begin));
    name_index_.Prefetch(hash);
    new_frames_.push_back({begin, end, hash, 0});
    begin = end + 1;
  }
}

// The row whose hash looks the same is nearly always the right one: its text is asked for now and compared later, when it
// has arrived. Where none looks the same, the name is new.
void FoldedStacks::GuessNames(std::string_view stack) {
  for (NewFrame& frame : new_frames_) {
    frame.row = name_index_.FindOrAdd(
        frame.hash, [](uint32_t) { return true; },
        [&] { return AddName(stack.substr(frame.begin, frame.end - frame.begin)); });
    __builtin_prefetch(&names_[frame.row]);
  }
  for (const NewFrame& frame : new_frames_) __builtin_prefetch(names_[frame.row].text.data());
}

model::StackId FoldedStacks::Child(model::StackId caller, model::LocationId callee, size_t end) {
  if (!is_sorted_) return profile_.stacks.Child(caller, callee);
  if (!whole_prefixes_.empty() && whole_prefixes_.back().end == end) return whole_prefixes_.back().stack;
  return profile_.stacks.AddChild(caller, callee);
}

model::LocationId FoldedStacks::LocationOf(std::string_view name, const NewFrame& frame) {
  if (names_[frame.row].text == name) return names_[frame.row].location;
  const uint32_t row = name_index_.FindOrAdd(
      frame.hash, [&](uint32_t known) { return names_[known].text == name; }, [&] { return AddName(name); });
  return names_[row].location;
}

uint32_t FoldedStacks::AddName(std::string_view name) {
  model::Symbols& symbols = profile_.symbols;
  // No system name: this is how people are to read it, whatever language it looks like.
  const model::StringId text = symbols.InternString(name);
  const model::Line line{.function = symbols.InternFunction({.name = text})};
  names_.push_back({symbols.text(text), symbols.InternLocation({}, {&line, 1})});
  return static_cast<uint32_t>(names_.size() - 1);
}

size_t FoldedStacks::AddSample(model::StackId stack) {
  constexpr int64_t kZeros[2] = {};
  profile_.AddSample(stack, std::span(kZeros).first(profile_.value_count()));
  return profile_.sample_count();
}

size_t FoldedStacks::SampleOf(model::StackId stack) {
  if (order_ == SampleOrder::kInOrder) {
    const bool is_repeated = profile_.sample_count() != 0 && profile_.sample_stack.back() == stack;
    return (is_repeated ? profile_.sample_count() : AddSample(stack)) - 1;
  }
  if (sample_of_stack_.size() < profile_.stacks.size()) sample_of_stack_.resize(profile_.stacks.size() * 2);
  uint32_t& sample = sample_of_stack_[stack.index()];
  if (sample == 0) sample = static_cast<uint32_t>(AddSample(stack));
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
    profile_.sample_value[at] = model::SaturatingSum(profile_.sample_value[at], carry / FoldedNumber::kMillion);
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
