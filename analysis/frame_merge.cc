#include "analysis/frame_merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/frame_origin.h"
#include "model/intern_index.h"

namespace analysis {
namespace {

using model::FrameId;
using model::LocationId;
using model::Profile;
using model::StackId;
using model::StackTrie;
using model::StringId;

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// What a frame is called when nothing but its address is known.
std::string AddressText(const Profile& profile, const model::Location& where, model::Granularity granularity) {
  const std::string_view file = BaseName(profile.symbols.text(profile.symbols.mappings()[where.mapping].file));
  if (granularity == model::Granularity::kAddresses || file.empty()) return fmt::format("{:#x}", where.address);
  return file.starts_with('[') ? std::string(file) : fmt::format("[{}]", file);
}

std::string NameText(const Profile& profile, const model::Location& where, const model::Line& line,
                     model::Granularity granularity) {
  const model::Function& function = profile.symbols.functions()[line.function];
  const std::string_view name = profile.symbols.text(function.name);
  const std::string_view file = profile.symbols.text(function.file);
  switch (granularity) {
    case model::Granularity::kFunctions:
      return std::string(name);
    case model::Granularity::kFileFunctions:
      return file.empty() ? std::string(name) : fmt::format("{} {}", name, file);
    case model::Granularity::kFiles:
      return std::string(file.empty() ? name : file);
    case model::Granularity::kLines:
      return file.empty() && line.line == 0 ? std::string(name) : fmt::format("{} {}:{}", name, file, line.line);
    case model::Granularity::kAddresses:
      return fmt::format("{:#x} {}", where.address, name);
  }
  return std::string(name);
}

struct NamedFrame {
  StringId name;
  bool is_inlined = false;
};

// The frames of every location of a profile, outermost first, as rows of one array.
struct LocationFrames {
  std::vector<NamedFrame> frames;
  std::vector<uint32_t> begin;  // of location i; one more at the end
  bool is_one_to_one = true;    // every location is one frame with a name that no other location has

  std::span<const NamedFrame> operator[](LocationId id) const {
    return std::span(frames).subspan(begin[id.index()], begin[id.index() + 1] - begin[id.index()]);
  }
};

}  // namespace

class FrameMerger::Work {
 public:
  explicit Work(FrameMergeOptions options) : options_(std::move(options)) {}

  void AddSide(std::string label) { tree_.sides.push_back({std::move(label), {}}); }
  void Add(const Profile& profile, size_t value_type);
  void AddRun(const Profile& profile, size_t value_type, size_t count_type);
  std::vector<FrameId> AddStacks(const Profile& profile);
  void AddInOrder(const Profile& profile, size_t value_type);
  model::FrameTree Take();

 private:
  // What is known of a stack while it is walked from the root.
  struct Place {
    FrameId frame;
    bool is_below_base = false;
  };

  StringId InternName(std::string_view text, const CodePlace& place);
  LocationFrames NameLocations(const Profile& profile);
  std::vector<int64_t> SelfByStack(const Profile& profile, size_t value_type);
  FrameId Child(FrameId caller, NamedFrame callee);
  void IndexAll();
  bool IsBase(StringId name) const { return name.index() < is_base_.size() && is_base_[name.index()]; }
  bool IsShown(const Place& place) const { return options_.bases.empty() || place.is_below_base; }
  void NameValues(const Profile& profile, size_t value_type);
  void AddTo(std::vector<int64_t>& sums, const Profile& profile, size_t value_type);
  void AddSelf(FrameId frame, int64_t value);
  void CopyTrie(const Profile& profile, const LocationFrames& names, std::span<const int64_t> self);
  void MergeFromRoot(const Profile& profile, const LocationFrames& names, std::span<const int64_t> self);
  void MergeFromLeaf(const Profile& profile, const LocationFrames& names, std::span<const int64_t> self);
  bool RootFirst(const Profile& profile, const LocationFrames& names, StackId stack, std::vector<NamedFrame>& shown);

  FrameMergeOptions options_;
  std::vector<bool> is_base_;  // by StringId
  model::FrameTree tree_;
  std::vector<int64_t>* sums_ = nullptr;  // by frame: where self values go
  std::vector<NamedFrame> leaf_first_;    // of RootFirst
  model::InternIndex index_;
  size_t indexed_ = 1;  // frames that index_ knows, the root needs none
};

StringId FrameMerger::Work::InternName(std::string_view text, const CodePlace& place) {
  const size_t known = tree_.names.size();
  const StringId id = tree_.names.Intern(text);
  if (tree_.names.size() > known) tree_.origins.push_back(OriginOf(place, options_.application));
  if (std::ranges::find(options_.bases, text) == options_.bases.end()) return id;
  if (is_base_.size() <= id.index()) is_base_.resize(id.index() + 1);
  is_base_[id.index()] = true;
  return id;
}

LocationFrames FrameMerger::Work::NameLocations(const Profile& profile) {
  LocationFrames all;
  const model::Symbols& symbols = profile.symbols;
  std::vector<bool> is_taken;
  for (uint32_t i = 0; i < symbols.location_count(); ++i) {
    all.begin.push_back(static_cast<uint32_t>(all.frames.size()));
    const model::Location& where = symbols.location(LocationId(i));
    const std::string_view mapping = symbols.text(symbols.mappings()[where.mapping].file);
    std::span<const model::Line> lines = symbols.lines(LocationId(i));
    if (!options_.inlines && lines.size() > 1) lines = lines.last(1);
    for (size_t at = lines.size(); at > 0; --at) {
      const model::Function& function = symbols.functions()[lines[at - 1].function];
      const CodePlace place{symbols.text(function.name), symbols.text(function.file), mapping};
      all.frames.push_back({options_.granularity == model::Granularity::kFunctions
                                ? InternName(place.function, place)
                                : InternName(NameText(profile, where, lines[at - 1], options_.granularity), place),
                            at < lines.size()});
    }
    if (lines.empty())
      all.frames.push_back({InternName(AddressText(profile, where, options_.granularity), {{}, {}, mapping}), false});
    const StringId name = all.frames.back().name;
    if (is_taken.size() <= name.index()) is_taken.resize(name.index() + 1);
    if (lines.size() > 1 || is_taken[name.index()]) all.is_one_to_one = false;
    is_taken[name.index()] = true;
  }
  all.begin.push_back(static_cast<uint32_t>(all.frames.size()));
  return all;
}

std::vector<int64_t> FrameMerger::Work::SelfByStack(const Profile& profile, size_t value_type) {
  std::vector<int64_t> self(profile.stacks.size());
  for (size_t i = 0; i < profile.sample_count(); ++i) {
    const int64_t value = profile.values(i)[value_type];
    int64_t& sum = self[profile.sample_stack[i].index()];
    if (value < 0) {
      ++tree_.negative_samples;
    } else {
      sum = model::SaturatingSum(sum, value);
    }
  }
  return self;
}

FrameId FrameMerger::Work::Child(FrameId caller, NamedFrame callee) {
  const uint64_t hash = model::MixHash((uint64_t{caller.value} << 32) | callee.name.value);
  const uint32_t row = index_.FindOrAdd(
      hash, [&](uint32_t at) { return tree_.frames[at].caller == caller && tree_.frames[at].name == callee.name; },
      [&] {
        const FrameId added = tree_.AddFrame(caller, callee.name);
        tree_.frames[added.index()].is_inlined = callee.is_inlined;
        return added.value;
      });
  if (!callee.is_inlined) tree_.frames[row].is_inlined = false;
  return FrameId(row);
}

// CopyTrie adds rows without the index; a second profile needs it.
void FrameMerger::Work::IndexAll() {
  for (; indexed_ < tree_.size(); ++indexed_) {
    const model::Frame& frame = tree_.frames[indexed_];
    index_.FindOrAdd(
        model::MixHash((uint64_t{frame.caller.value} << 32) | frame.name.value), [](uint32_t) { return false; },
        [&] { return static_cast<uint32_t>(indexed_); });
  }
}

void FrameMerger::Work::AddSelf(FrameId frame, int64_t value) {
  if (sums_->size() <= frame.index()) sums_->resize(tree_.size());
  (*sums_)[frame.index()] = model::SaturatingSum((*sums_)[frame.index()], value);
}

// Where no two locations share a name, the trie is the tree already: no hashing, which is half of the work otherwise.
void FrameMerger::Work::CopyTrie(const Profile& profile, const LocationFrames& names, std::span<const int64_t> self) {
  tree_.frames.reserve(profile.stacks.size());
  for (uint32_t row = 1; row < profile.stacks.size(); ++row) {
    tree_.AddFrame(FrameId(profile.stacks.caller(StackId(row)).value), names[profile.stacks.location(StackId(row))][0].name);
  }
  sums_->assign(self.begin(), self.end());
}

void FrameMerger::Work::MergeFromRoot(const Profile& profile, const LocationFrames& names, std::span<const int64_t> self) {
  std::vector<Place> places(profile.stacks.size());
  for (uint32_t row = 0; row < profile.stacks.size(); ++row) {
    Place& place = places[row];
    if (row != 0) {
      place = places[profile.stacks.caller(StackId(row)).index()];
      for (const NamedFrame& frame : names[profile.stacks.location(StackId(row))]) {
        place.is_below_base |= IsBase(frame.name);
        if (IsShown(place)) place.frame = Child(place.frame, frame);
      }
    }
    if (self[row] != 0 && IsShown(place)) AddSelf(place.frame, self[row]);
  }
}

// The frames of a stack below its base. False where it has none and is left out.
bool FrameMerger::Work::RootFirst(const Profile& profile, const LocationFrames& names, StackId stack,
                                  std::vector<NamedFrame>& shown) {
  leaf_first_.clear();
  shown.clear();
  for (const LocationId location : profile.stacks.LeafFirst(stack)) {
    const auto frames = names[location];
    leaf_first_.insert(leaf_first_.end(), frames.rbegin(), frames.rend());
  }
  Place place;
  for (auto frame = leaf_first_.rbegin(); frame != leaf_first_.rend(); ++frame) {
    place.is_below_base |= IsBase(frame->name);
    if (IsShown(place)) shown.push_back(*frame);
  }
  return IsShown(place);
}

void FrameMerger::Work::MergeFromLeaf(const Profile& profile, const LocationFrames& names, std::span<const int64_t> self) {
  std::vector<NamedFrame> shown;
  for (uint32_t row = 0; row < profile.stacks.size(); ++row) {
    if (self[row] == 0 || !RootFirst(profile, names, StackId(row), shown)) continue;
    FrameId at;
    for (auto frame = shown.rbegin(); frame != shown.rend(); ++frame) at = Child(at, *frame);
    AddSelf(at, self[row]);
  }
}

void FrameMerger::Work::AddTo(std::vector<int64_t>& sums, const Profile& profile, size_t value_type) {
  sums_ = &sums;
  const bool is_first = tree_.size() == 1;
  const std::vector<int64_t> self = SelfByStack(profile, value_type);
  const LocationFrames names = NameLocations(profile);
  if (is_first && names.is_one_to_one && options_.bases.empty() && options_.from == MergeFrom::kRoot) {
    CopyTrie(profile, names, self);
    return;
  }
  IndexAll();
  if (options_.from == MergeFrom::kRoot) {
    MergeFromRoot(profile, names, self);
  } else {
    MergeFromLeaf(profile, names, self);
  }
  indexed_ = tree_.size();
}

void FrameMerger::Work::NameValues(const Profile& profile, size_t value_type) {
  if (tree_.sides.empty()) AddSide("");
  if (!tree_.value_type.empty()) return;
  tree_.value_type = profile.symbols.text(profile.value_types[value_type].type);
  tree_.unit = profile.symbols.text(profile.value_types[value_type].unit);
}

void FrameMerger::Work::Add(const Profile& profile, size_t value_type) {
  NameValues(profile, value_type);
  AddTo(tree_.sides.back().self, profile, value_type);
}

std::vector<FrameId> FrameMerger::Work::AddStacks(const Profile& profile) {
  const LocationFrames names = NameLocations(profile);
  IndexAll();
  std::vector<Place> places(profile.stacks.size());
  std::vector<FrameId> frames(profile.stacks.size());
  for (uint32_t row = 1; row < profile.stacks.size(); ++row) {
    Place& place = places[row];
    place = places[profile.stacks.caller(StackId(row)).index()];
    for (const NamedFrame& frame : names[profile.stacks.location(StackId(row))]) {
      place.is_below_base |= IsBase(frame.name);
      if (IsShown(place)) place.frame = Child(place.frame, frame);
    }
    frames[row] = place.frame;
  }
  indexed_ = tree_.size();
  return frames;
}

void FrameMerger::Work::AddInOrder(const Profile& profile, size_t value_type) {
  NameValues(profile, value_type);
  sums_ = &tree_.sides.back().self;
  const LocationFrames names = NameLocations(profile);
  std::vector<FrameId> path;  // of the sample before, without the root
  std::vector<NamedFrame> shown;
  for (size_t i = 0; i < profile.sample_count(); ++i) {
    const int64_t value = profile.values(i)[value_type];
    if (value < 0) ++tree_.negative_samples;
    if (value <= 0 || !RootFirst(profile, names, profile.sample_stack[i], shown)) continue;
    size_t same = 0;
    while (same < std::min(path.size(), shown.size()) && tree_.frames[path[same].index()].name == shown[same].name) ++same;
    path.resize(same);
    for (; same < shown.size(); ++same) {
      path.push_back(tree_.AddFrame(path.empty() ? FrameId() : path.back(), shown[same].name));
      tree_.frames.back().is_inlined = shown[same].is_inlined;
    }
    AddSelf(path.empty() ? FrameId() : path.back(), value);
  }
}

void FrameMerger::Work::AddRun(const Profile& profile, size_t value_type, size_t count_type) {
  Add(profile, value_type);
  const uint64_t negative_samples = tree_.negative_samples;
  AddTo(tree_.sides.back().runs.emplace_back(), profile, count_type);
  tree_.negative_samples = negative_samples;
}

model::FrameTree FrameMerger::Work::Take() {
  for (model::FrameSide& side : tree_.sides) {
    side.self.resize(tree_.size());
    for (std::vector<int64_t>& run : side.runs) run.resize(tree_.size());
  }
  return std::move(tree_);
}

FrameMerger::FrameMerger(FrameMergeOptions options) : work_(std::make_unique<Work>(std::move(options))) {}
FrameMerger::~FrameMerger() = default;
void FrameMerger::AddSide(std::string label) { work_->AddSide(std::move(label)); }
void FrameMerger::Add(const model::Profile& profile, size_t value_type) { work_->Add(profile, value_type); }
void FrameMerger::AddRun(const model::Profile& profile, size_t value_type, size_t count_type) {
  work_->AddRun(profile, value_type, count_type);
}
std::vector<model::FrameId> FrameMerger::AddStacks(const model::Profile& profile) { return work_->AddStacks(profile); }
void FrameMerger::AddInOrder(const model::Profile& profile, size_t value_type) { work_->AddInOrder(profile, value_type); }
model::FrameTree FrameMerger::Take() { return work_->Take(); }

model::FrameTree MergeFrames(const model::Profile& profile, size_t value_type, const FrameMergeOptions& options) {
  FrameMerger merger(options);
  merger.Add(profile, value_type);
  return merger.Take();
}

model::FrameTree SequenceFrames(const model::Profile& profile, size_t value_type, const FrameMergeOptions& options) {
  FrameMerger merger(options);
  merger.AddInOrder(profile, value_type);
  return merger.Take();
}

}  // namespace analysis
