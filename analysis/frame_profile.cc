#include "analysis/frame_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "analysis/frame_change.h"
#include "model/input_error.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string LabelText(const model::Profile& profile, const model::Label& label) {
  if (!label.is_number) return std::string(profile.symbols.text(label.text));
  return label.unit == model::StringId() ? std::to_string(label.number)
                                         : model::FormatValue(label.number, profile.symbols.text(label.unit));
}

}  // namespace

std::optional<size_t> CountKind(const model::Profile& profile, size_t value) {
  const auto text = [&](model::StringId id) { return profile.symbols.text(id); };
  if (text(profile.value_types[value].unit) == "count") return value;
  const model::ValueType& first = profile.value_types[0];
  return text(first.type) == "samples" && text(first.unit) == "count" ? std::optional<size_t>(0) : std::nullopt;
}

void FrameProfileBuilder::AddSide(std::string label) {
  profile_.sides.push_back(std::move(label));
  runs_.emplace_back();
  profiles_.push_back(0);
}

// The profile's value index of each of our kinds. The first profile says which kinds there are.
std::vector<size_t> FrameProfileBuilder::MatchKinds(const model::Profile& profile) {
  const auto kind = [&](size_t i) {
    const model::ValueType& type = profile.value_types[i];
    return model::FrameProfile::ValueKind{std::string(profile.symbols.text(type.type)),
                                          std::string(profile.symbols.text(type.unit))};
  };
  if (profile_.value_kinds.empty()) {
    for (size_t i = 0; i < profile.value_count(); ++i) profile_.value_kinds.push_back(kind(i));
  }
  std::vector<size_t> matched;
  for (const auto& wanted : profile_.value_kinds) {
    size_t i = 0;
    while (i < profile.value_count() && (kind(i).type != wanted.type || kind(i).unit != wanted.unit)) ++i;
    if (i == profile.value_count())
      throw model::UsageError(
          fmt::format("one profile has samples of type \"{}\" in {}, another has none", wanted.type, wanted.unit));
    matched.push_back(i);
  }
  return matched;
}

// Our id of each of the profile's label sets.
std::vector<uint32_t> FrameProfileBuilder::AddLabelSets(const model::Profile& profile) {
  std::map<model::StringId, std::set<std::string>> values;  // by key
  for (uint32_t set = 0; set < profile.labels.size(); ++set) {
    for (const model::Label& label : profile.labels[model::LabelSetId(set)]) {
      auto& known = values[label.key];
      if (known.size() <= kLabelValuesKept) known.insert(LabelText(profile, label));
    }
  }
  if (profile_.label_sets.empty()) profile_.label_sets.emplace_back();
  std::map<model::FrameProfile::LabelSet, uint32_t> ids;
  for (uint32_t i = 0; i < profile_.label_sets.size(); ++i) ids.emplace(profile_.label_sets[i], i);
  std::vector<uint32_t> mapped;
  for (uint32_t set = 0; set < profile.labels.size(); ++set) {
    model::FrameProfile::LabelSet ours;
    for (const model::Label& label : profile.labels[model::LabelSetId(set)]) {
      if (values[label.key].size() <= kLabelValuesKept)
        ours.emplace_back(profile.symbols.text(label.key), LabelText(profile, label));
    }
    const auto [at, is_new] = ids.emplace(ours, static_cast<uint32_t>(profile_.label_sets.size()));
    if (is_new) profile_.label_sets.push_back(ours);
    mapped.push_back(at->second);
  }
  return mapped;
}

void FrameProfileBuilder::Add(const model::Profile& profile) {
  const std::vector<size_t> kinds = MatchKinds(profile);
  const std::vector<uint32_t> labels = AddLabelSets(profile);
  const std::vector<model::FrameId> frames = merger_.AddStacks(profile);
  const auto side = static_cast<uint8_t>(profile_.sides.empty() ? 0 : profile_.sides.size() - 1);
  const auto count_kind = CountKind(profile, kinds[profile_.default_kind]);
  std::vector<int64_t> counts;
  for (size_t i = 0; i < profile.sample_count(); ++i) {
    const size_t first = values_.size();
    for (const size_t kind : kinds) values_.push_back(profile.values(i)[kind]);
    if (count_kind && !runs_.empty()) {
      const size_t frame = frames[profile.sample_stack[i].index()].index();
      if (counts.size() <= frame) counts.resize(frame + 1);
      counts[frame] = model::SaturatingSum(counts[frame], std::max<int64_t>(profile.values(i)[*count_kind], 0));
    }
    samples_.push_back({frames[profile.sample_stack[i].index()], labels[profile.sample_labels[i].index()], side, first});
  }
  if (runs_.empty()) return;
  ++profiles_.back();
  if (count_kind) runs_.back().push_back(std::move(counts));
}

// Sides of different numbers of profiles: the one with fewer is scaled up, so that sums can be compared.
void FrameProfileBuilder::ScaleSides() {
  if (profiles_.size() != 2 || profiles_[0] == profiles_[1] || profiles_[0] == 0 || profiles_[1] == 0) return;
  const uint8_t fewer = profiles_[0] < profiles_[1] ? 0 : 1;
  const double factor = static_cast<double>(profiles_[1 - fewer]) / static_cast<double>(profiles_[fewer]);
  const size_t kinds = profile_.value_kinds.size();
  for (size_t i = 0; i < profile_.sample_frame.size(); ++i) {
    if (profile_.sample_side[i] != fewer) continue;
    for (size_t kind = 0; kind < kinds; ++kind) {
      int64_t& value = profile_.sample_values[i * kinds + kind];
      value = static_cast<int64_t>(std::clamp(std::round(static_cast<double>(value) * factor), -9e18, 9e18));
    }
  }
}

void FrameProfileBuilder::FindNoise() {
  model::FrameTree& tree = profile_.tree;
  if (profiles_.size() != 2 || runs_[0].size() != profiles_[0] || runs_[1].size() != profiles_[1]) return;
  for (std::vector<std::vector<int64_t>>& runs : runs_) {
    for (std::vector<int64_t>& run : runs) run.resize(tree.size());
    tree.sides.push_back({"", std::vector<int64_t>(tree.size()), std::move(runs)});
  }
  MarkNoise(tree, ChangeOf::kTotal, ChangeIn::kAmount);
  profile_.is_noise = std::move(tree.is_noise);
  tree.is_noise.clear();
  tree.sides.clear();
}

model::FrameProfile FrameProfileBuilder::Take() {
  const auto key = [](const Sample& sample) { return std::tuple(sample.frame, sample.side, sample.labels); };
  std::ranges::stable_sort(samples_, {}, key);
  const size_t kinds = profile_.value_kinds.size();
  for (size_t i = 0; i < samples_.size(); ++i) {
    const Sample& sample = samples_[i];
    if (i > 0 && key(samples_[i - 1]) == key(sample)) {
      int64_t* sums = &profile_.sample_values[profile_.sample_values.size() - kinds];
      for (size_t kind = 0; kind < kinds; ++kind)
        sums[kind] = model::SaturatingSum(sums[kind], values_[sample.values + kind]);
      continue;
    }
    profile_.sample_frame.push_back(sample.frame);
    profile_.sample_labels.push_back(sample.labels);
    profile_.sample_side.push_back(sample.side);
    profile_.sample_values.insert(profile_.sample_values.end(), values_.begin() + static_cast<std::ptrdiff_t>(sample.values),
                                  values_.begin() + static_cast<std::ptrdiff_t>(sample.values + kinds));
  }
  profile_.tree = merger_.Take();
  ScaleSides();
  FindNoise();
  return std::move(profile_);
}

}  // namespace analysis
