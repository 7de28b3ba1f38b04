#include "analysis/profile/tag_frames.h"

#include <fmt/format.h>

#include <algorithm>
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

// By set of labels: the frames to add, root-most first.
std::vector<std::vector<model::LocationId>> Frames(model::Profile& profile, const char* option, const std::string& list,
                                                   const std::string& unit) {
  std::vector<std::vector<model::LocationId>> frames(profile.labels.size());
  const std::vector<std::string> keys = Split(list);
  bool any = keys.empty();
  for (uint32_t set = 0; set < frames.size(); ++set) {
    for (const std::string& key : keys) {
      const std::string name = Values(profile, model::LabelSetId(set), key, unit);
      any |= !name.empty();
      frames[set].push_back(profile.symbols.InternFrame(name, key, 0));
    }
  }
  if (!any) throw model::UsageError(fmt::format("-{}={}: no sample has such a label", option, list));
  return frames;
}

}  // namespace

void AddTagFrames(model::Profile& profile, const std::string& root_keys, const std::string& leaf_keys,
                  const std::string& unit) {
  if (root_keys.empty() && leaf_keys.empty()) return;
  const auto roots = Frames(profile, "tagroot", root_keys, unit);
  const auto leaves = Frames(profile, "tagleaf", leaf_keys, unit);
  const model::StackTrie old = std::move(profile.stacks);
  profile.stacks = model::StackTrie();
  std::vector<model::LocationId> path;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    const size_t set = profile.sample_labels[row].index();
    model::StackId at = model::StackTrie::root();
    for (const model::LocationId frame : roots[set]) at = profile.stacks.Child(at, frame);
    path.clear();
    for (const model::LocationId location : old.LeafFirst(profile.sample_stack[row])) path.push_back(location);
    for (size_t i = path.size(); i > 0; --i) at = profile.stacks.Child(at, path[i - 1]);
    for (const model::LocationId frame : leaves[set]) at = profile.stacks.Child(at, frame);
    profile.sample_stack[row] = at;
  }
}

}  // namespace analysis
