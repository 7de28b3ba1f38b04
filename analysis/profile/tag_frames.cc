#include "analysis/profile/tag_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "model/input_error.h"
#include "model/units.h"

namespace analysis {
namespace {

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> keys;
  for (size_t from = 0; from <= list.size();) {
    const size_t comma = std::min(list.find(',', from), list.size());
    if (comma > from) keys.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return keys;
}

// "acme", "4kB", "a,b": what a set of labels has under `key`; texts before numbers.
std::string Values(const model::Profile& profile, model::LabelSetId set, const std::string& key, const std::string& unit) {
  std::string texts, numbers;
  const auto add = [](std::string& list, std::string_view value) {
    if (!list.empty()) list += ',';
    list += value;
  };
  for (const model::Label& label : profile.labels[set]) {
    if (profile.symbols.text(label.key) != key) continue;
    if (!label.is_number)
      add(texts, profile.symbols.text(label.text));
    else if (label.unit == model::StringId())
      add(numbers, model::FormatValueAs(label.number, "", ""));
    else
      add(numbers, model::FormatValueAs(label.number, profile.symbols.text(label.unit), unit));
  }
  return texts + (texts.empty() || numbers.empty() ? "" : ",") + numbers;
}

// The frames that labels stand for, made when a sample first has them: locations are numbered in that order.
class TagFrames {
 public:
  TagFrames(model::Profile& profile, const std::string& list, const std::string& unit)
      : profile_(profile), keys_(Split(list)), unit_(unit), frames_(profile.labels.size()) {}

  // Root-most first, which is how the keys are given; the last key's location is made first.
  const std::vector<model::LocationId>& Of(model::LabelSetId set) {
    auto& frames = frames_[set.index()];
    if (frames) return *frames;
    frames.emplace(keys_.size());
    for (size_t i = keys_.size(); i > 0; --i) {
      const std::string name = Values(profile_, set, keys_[i - 1], unit_);
      has_matched_ |= !name.empty();
      (*frames)[i - 1] = profile_.symbols.InternFrame(name, keys_[i - 1], 0);
    }
    return *frames;
  }

  void WantMatch(const char* option, const std::string& list) const {
    if (keys_.empty() || has_matched_) return;
    throw model::UsageError(fmt::format("-{}={}: no sample has such a label", option, list));
  }

 private:
  model::Profile& profile_;
  const std::vector<std::string> keys_;
  const std::string& unit_;
  std::vector<std::optional<std::vector<model::LocationId>>> frames_;  // by set
  bool has_matched_ = false;
};

}  // namespace

void AddTagFrames(model::Profile& profile, const std::string& root_keys, const std::string& leaf_keys,
                  const std::string& unit) {
  if (root_keys.empty() && leaf_keys.empty()) return;
  TagFrames roots(profile, root_keys, unit), leaves(profile, leaf_keys, unit);
  const model::StackTrie old = std::move(profile.stacks);
  profile.stacks = model::StackTrie();
  std::vector<model::LocationId> path;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    const model::LabelSetId set = profile.sample_labels[row];
    const auto& root_frames = roots.Of(set);
    const auto& leaf_frames = leaves.Of(set);
    model::StackId at = model::StackTrie::root();
    for (const model::LocationId frame : root_frames) at = profile.stacks.Child(at, frame);
    path.clear();
    for (const model::LocationId location : old.LeafFirst(profile.sample_stack[row])) path.push_back(location);
    for (size_t i = path.size(); i > 0; --i) at = profile.stacks.Child(at, path[i - 1]);
    for (const model::LocationId frame : leaf_frames) at = profile.stacks.Child(at, frame);
    profile.sample_stack[row] = at;
  }
  roots.WantMatch("tagroot", root_keys);
  leaves.WantMatch("tagleaf", leaf_keys);
}

}  // namespace analysis
