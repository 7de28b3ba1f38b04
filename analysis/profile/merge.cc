#include "analysis/profile/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "analysis/profile/sample_types.h"
#include "model/input_error.h"

namespace analysis {
namespace {

using model::LabelSetId;
using model::LocationId;
using model::MappingId;
using model::StackId;
using model::StringId;

bool IsZero(std::span<const int64_t> values) {
  return std::ranges::all_of(values, [](int64_t value) { return value == 0; });
}

uint64_t HashOfStack(StackId caller, LocationId at) { return model::MixHash((uint64_t{caller.value} << 32) | at.value); }

uint64_t HashOfSample(StackId stack, LabelSetId labels) {
  return model::MixHash((uint64_t{stack.value} << 32) | labels.value);
}

}  // namespace

class Merging::Sum {
 public:
  explicit Sum(const model::Profile& first) {
    BeginHeader(first);
    AddAll(first);
  }
  void Add(model::Profile source);
  model::Profile Finish();

 private:
  // Rows of one source as rows of the result; filled as they are met, so that only what is used is taken over.
  struct SourceRows {
    const model::Profile& profile;
    std::vector<std::optional<StringId>> strings;
    std::vector<std::optional<model::FunctionId>> functions;
    std::vector<std::optional<LocationId>> locations;
    std::vector<std::optional<MappingId>> mappings;
    std::vector<int64_t> shift;   // by mapping: what to add to its addresses
    std::vector<StackId> stacks;  // by row; root = not met yet
    std::vector<std::optional<LabelSetId>> labels;
    // As long as no two locations of the source became one, its stacks can't either, so only what hangs on a stack that was
    // there before needs to be looked up.
    StackId first_new;
    std::vector<bool> is_location_taken;  // by location of the result
    bool has_joined_locations = false;

    SourceRows(const model::Profile& source, size_t known_stacks)
        : profile(source),
          strings(source.symbols.strings().size()),
          functions(source.symbols.functions().size()),
          locations(source.symbols.location_count()),
          mappings(source.symbols.mappings().size()),
          shift(source.symbols.mappings().size()),
          stacks(source.stacks.size()),
          labels(source.labels.size()),
          first_new(static_cast<uint32_t>(known_stacks)) {}
  };
  using MappingKey = std::tuple<uint64_t, uint64_t, StringId>;  // size, offset, build id or file

  void BeginHeader(const model::Profile& first);
  void AddHeader(const model::Profile& source);
  void AddAll(const model::Profile& source);
  void AddSamples(SourceRows& rows);
  void AddValues(size_t sample, std::span<const int64_t> values);
  uint32_t SampleRow(StackId stack, LabelSetId labels);
  void IndexSamples();
  void DropZeros();

  StringId Map(SourceRows& rows, StringId id) {
    auto& mapped = rows.strings[id.index()];
    if (!mapped) mapped = result_.symbols.InternString(rows.profile.symbols.text(id));
    return *mapped;
  }
  model::ValueType Map(SourceRows& rows, const model::ValueType& type) {
    return {Map(rows, type.type), Map(rows, type.unit)};
  }
  model::FunctionId Map(SourceRows& rows, model::FunctionId id);
  MappingId Map(SourceRows& rows, MappingId id);
  LocationId Map(SourceRows& rows, LocationId id);
  StackId Map(SourceRows& rows, StackId id);
  StackId Callee(SourceRows& rows, StackId caller, LocationId at);
  StackId FindOrAdd(StackId caller, LocationId at);
  StackId Add(StackId caller, LocationId at);
  void IndexStacks();
  LabelSetId Map(SourceRows& rows, LabelSetId id);

  model::Profile result_;
  std::map<MappingKey, MappingId> mappings_;
  model::InternIndex stacks_;
  std::vector<StackId> last_callee_;  // by stack: the one that was asked for last, mostly the only one; root = none yet
  std::vector<StackId> unindexed_;    // stacks that stacks_ does not know yet: nobody asks for them before the next source
  model::InternIndex samples_;
  std::vector<model::Line> lines_;  // of one location, kept for its storage
  std::vector<StackId> unmet_;      // of one stack
};

void Merging::Sum::Add(model::Profile source) {
  const std::vector<model::ValueType> types_before = result_.value_types;
  AgreeOnTypes(result_, source);
  if (result_.value_types != types_before) IndexSamples();  // rows may have gone
  AddAll(source);
}

model::Profile Merging::Sum::Finish() {
  DropZeros();
  result_.file_locations = result_.symbols.location_count();
  result_.file_functions = result_.symbols.functions().size() - 1;
  result_.file_mappings = result_.symbols.mappings().size() - 1;
  return std::move(result_);
}

void Merging::Sum::BeginHeader(const model::Profile& first) {
  SourceRows rows(first, result_.stacks.size());
  for (const model::ValueType& type : first.value_types) result_.value_types.push_back(Map(rows, type));
  result_.period_type = Map(rows, first.period_type);
  result_.drop_frames = first.drop_frames;
  result_.keep_frames = first.keep_frames;
}

void Merging::Sum::AddHeader(const model::Profile& source) {
  const int64_t time = source.time_nanos;
  if (time != 0 && (result_.time_nanos == 0 || time < result_.time_nanos)) result_.time_nanos = time;
  result_.duration_nanos += source.duration_nanos;
  result_.period = std::max(result_.period, source.period);
  for (const std::string& comment : source.comments) {
    if (std::ranges::find(result_.comments, comment) == result_.comments.end()) result_.comments.push_back(comment);
  }
  if (result_.doc_url.empty()) result_.doc_url = source.doc_url;
  if (!result_.default_value_type) result_.default_value_type = source.default_value_type;
  result_.warnings.Absorb(source.warnings);
}

void Merging::Sum::AddAll(const model::Profile& source) {
  AddHeader(source);
  IndexStacks();
  SourceRows rows(source, result_.stacks.size());
  // The first mapping is the program; it stays the first.
  if (mappings_.empty() && source.main_mapping != MappingId()) result_.main_mapping = Map(rows, source.main_mapping);
  AddSamples(rows);
}

// Some at a time: their places in the index are asked for before the first of them is looked up.
void Merging::Sum::AddSamples(SourceRows& rows) {
  struct Place {
    size_t row;  // in the source
    StackId stack;
    LabelSetId labels;
  };
  constexpr size_t kAtATime = 32;
  const model::Profile& source = rows.profile;
  samples_.Reserve(result_.sample_count() + source.sample_count());
  std::array<Place, kAtATime> places;
  for (size_t row = 0; row < source.sample_count();) {
    size_t count = 0;
    for (; count < kAtATime && row < source.sample_count(); ++row) {
      if (IsZero(source.values(row))) continue;
      Place& place = places[count++];
      place = {row, Map(rows, source.sample_stack[row]), Map(rows, source.sample_labels[row])};
      samples_.Prefetch(HashOfSample(place.stack, place.labels));
    }
    for (const Place& place : std::span(places).first(count))
      AddValues(SampleRow(place.stack, place.labels), source.values(place.row));
  }
}

void Merging::Sum::AddValues(size_t sample, std::span<const int64_t> values) {
  int64_t* sums = &result_.sample_value[sample * values.size()];
  for (const int64_t value : values) {
    *sums = static_cast<int64_t>(static_cast<uint64_t>(*sums) + static_cast<uint64_t>(value));
    ++sums;
  }
}

uint32_t Merging::Sum::SampleRow(StackId stack, LabelSetId labels) {
  return samples_.FindOrAdd(
      HashOfSample(stack, labels),
      [&](uint32_t other) { return result_.sample_stack[other] == stack && result_.sample_labels[other] == labels; },
      [&] {
        result_.sample_stack.push_back(stack);
        result_.sample_labels.push_back(labels);
        result_.sample_value.resize(result_.sample_value.size() + result_.value_count());
        return static_cast<uint32_t>(result_.sample_stack.size() - 1);
      });
}

void Merging::Sum::IndexSamples() {
  samples_ = {};
  for (uint32_t row = 0; row < result_.sample_count(); ++row) {
    samples_.FindOrAdd(
        HashOfSample(result_.sample_stack[row], result_.sample_labels[row]), [](uint32_t) { return false; },
        [&] { return row; });
  }
}

// What cancelled goes, with the locations only it used.
void Merging::Sum::DropZeros() {
  bool any = false;
  for (size_t row = 0; row < result_.sample_count() && !any; ++row) any = IsZero(result_.values(row));
  if (!any) return;
  result_ = Sum(std::exchange(result_, {})).Finish();
}

model::FunctionId Merging::Sum::Map(SourceRows& rows, model::FunctionId id) {
  if (id == model::FunctionId()) return id;
  auto& mapped = rows.functions[id.index()];
  if (!mapped) {
    const model::Function& function = rows.profile.symbols.functions()[id];
    mapped = result_.symbols.InternFunction({.name = Map(rows, function.name),
                                             .system_name = Map(rows, function.system_name),
                                             .file = Map(rows, function.file),
                                             .start_line = function.start_line});
  }
  return *mapped;
}

MappingId Merging::Sum::Map(SourceRows& rows, MappingId id) {
  if (id == MappingId()) return id;
  auto& mapped = rows.mappings[id.index()];
  if (mapped) return *mapped;
  model::Mapping mapping = rows.profile.symbols.mappings()[id];
  const uint64_t begin = mapping.start;
  mapping.file = Map(rows, mapping.file);
  mapping.build_id = Map(rows, mapping.build_id);
  constexpr uint64_t kPage = 0x1000;
  const uint64_t size = (mapping.limit - mapping.start + kPage - 1) / kPage * kPage;
  const StringId name = mapping.build_id != StringId() ? mapping.build_id : mapping.file;
  const auto [at, is_new] = mappings_.try_emplace({size, mapping.offset, name});
  if (is_new) at->second = result_.symbols.AddMapping(mapping);
  mapped = at->second;
  rows.shift[id.index()] = static_cast<int64_t>(result_.symbols.mappings()[*mapped].start - begin);
  return *mapped;
}

LocationId Merging::Sum::Map(SourceRows& rows, LocationId id) {
  auto& mapped = rows.locations[id.index()];
  if (mapped) return *mapped;
  model::Location location = rows.profile.symbols.location(id);
  const MappingId source_mapping = location.mapping;
  location.mapping = Map(rows, source_mapping);
  location.address += static_cast<uint64_t>(rows.shift[source_mapping.index()]);
  lines_.clear();
  for (model::Line line : rows.profile.symbols.lines(id)) {
    line.function = Map(rows, line.function);
    lines_.push_back(line);
  }
  mapped = result_.symbols.InternLocation(location, lines_);
  if (rows.is_location_taken.size() <= mapped->index()) rows.is_location_taken.resize(mapped->index() * 2 + 1);
  rows.has_joined_locations |= rows.is_location_taken[mapped->index()];
  rows.is_location_taken[mapped->index()] = true;
  return *mapped;
}

StackId Merging::Sum::Map(SourceRows& rows, StackId id) {
  unmet_.clear();
  StackId at = id;
  for (; at != StackId() && rows.stacks[at.index()] == StackId(); at = rows.profile.stacks.caller(at)) {
    unmet_.push_back(at);
    Map(rows, rows.profile.stacks.location(at));  // leaf first, which is how the result's locations are numbered
  }
  StackId mapped = rows.stacks[at.index()];
  for (size_t i = unmet_.size(); i > 0; --i) {
    mapped = Callee(rows, mapped, Map(rows, rows.profile.stacks.location(unmet_[i - 1])));
    rows.stacks[unmet_[i - 1].index()] = mapped;
  }
  return mapped;
}

StackId Merging::Sum::Callee(SourceRows& rows, StackId caller, LocationId at) {
  if (rows.has_joined_locations) IndexStacks();
  if (rows.has_joined_locations || caller < rows.first_new) return FindOrAdd(caller, at);
  unindexed_.push_back(Add(caller, at));
  return unindexed_.back();
}

StackId Merging::Sum::FindOrAdd(StackId caller, LocationId at) {
  const model::StackTrie& known = result_.stacks;
  if (caller.index() < last_callee_.size()) {
    const StackId last = last_callee_[caller.index()];
    if (last != StackId() && known.location(last) == at) return last;
  }
  const StackId found(stacks_.FindOrAdd(
      HashOfStack(caller, at),
      [&](uint32_t row) { return known.caller(StackId(row)) == caller && known.location(StackId(row)) == at; },
      [&] { return Add(caller, at).value; }));
  last_callee_[caller.index()] = found;
  return found;
}

StackId Merging::Sum::Add(StackId caller, LocationId at) {
  const StackId added = result_.stacks.AddChild(caller, at);
  last_callee_.resize(result_.stacks.size());
  last_callee_[caller.index()] = added;
  return added;
}

void Merging::Sum::IndexStacks() {
  if (unindexed_.empty()) return;
  stacks_.Reserve(result_.stacks.size());
  constexpr size_t kAhead = 16;
  const auto hash = [&](size_t i) {
    return HashOfStack(result_.stacks.caller(unindexed_[i]), result_.stacks.location(unindexed_[i]));
  };
  for (size_t i = 0; i < unindexed_.size(); ++i) {
    if (i + kAhead < unindexed_.size()) stacks_.Prefetch(hash(i + kAhead));
    stacks_.FindOrAdd(
        hash(i), [](uint32_t) { return false; }, [&] { return unindexed_[i].value; });
  }
  unindexed_.clear();
}

// Texts before numbers, each by key: the order of the file does not make labels different.
LabelSetId Merging::Sum::Map(SourceRows& rows, LabelSetId id) {
  auto& mapped = rows.labels[id.index()];
  if (mapped) return *mapped;
  std::vector<model::Label> labels;
  for (model::Label label : rows.profile.labels[id]) {
    label.key = Map(rows, label.key);
    label.text = Map(rows, label.text);
    label.unit = Map(rows, label.unit);
    labels.push_back(label);
  }
  std::ranges::stable_sort(labels, {}, [&](const model::Label& label) {
    return std::make_pair(label.is_number, result_.symbols.text(label.key));
  });
  mapped = result_.labels.Intern(labels);
  return *mapped;
}

namespace {

void MarkAsBase(model::Profile& profile) {
  const model::Label mark{.key = profile.symbols.InternString("pprof::base"), .text = profile.symbols.InternString("true")};
  model::LabelTable marked;
  std::vector<LabelSetId> set_of;
  for (uint32_t set = 0; set < profile.labels.size(); ++set) {
    std::vector<model::Label> labels;
    for (const model::Label& label : profile.labels[LabelSetId(set)]) {
      if (label.is_number || label.key != mark.key) labels.push_back(label);
    }
    labels.push_back(mark);
    set_of.push_back(marked.Intern(labels));
  }
  for (LabelSetId& id : profile.sample_labels) id = set_of[id.index()];
  profile.labels = std::move(marked);
}

std::vector<double> NormalizingRatios(const model::Profile& source, const model::Profile& base) {
  if (TypesText(source) != TypesText(base)) {
    throw model::UsageError(
        fmt::format("-normalize: the sides have different sample types: {}; {}", TypesText(source), TypesText(base)));
  }
  std::vector<double> ratios;
  for (size_t i = 0; i < source.value_count(); ++i) {
    const int64_t sum = model::Total(source, i);
    ratios.push_back(sum == 0 ? 0 : static_cast<double>(model::Total(base, i)) / static_cast<double>(sum));
  }
  return ratios;
}

}  // namespace

Merging::Merging() = default;
Merging::Merging(Merging&&) noexcept = default;
Merging& Merging::operator=(Merging&&) noexcept = default;
Merging::~Merging() = default;

void Merging::Add(model::Profile profile) {
  if (!only_ && !sum_) {
    only_ = std::move(profile);
    return;
  }
  if (!sum_) sum_ = std::make_unique<Sum>(*std::exchange(only_, std::nullopt));
  sum_->Add(std::move(profile));
}

model::Profile Merging::Finish() && { return only_ ? std::move(*only_) : sum_->Finish(); }

model::Profile Merge(std::vector<model::Profile> sources) {
  Merging merging;
  for (model::Profile& source : sources) merging.Add(std::move(source));
  return std::move(merging).Finish();
}

model::Profile Subtract(model::Profile source, model::Profile base, Subtraction how, Normalize normalize) {
  if (how == Subtraction::kDiffBase) MarkAsBase(base);
  if (normalize == Normalize::kYes) Scale(source, NormalizingRatios(source, base));
  for (int64_t& value : base.sample_value) value = static_cast<int64_t>(0 - static_cast<uint64_t>(value));
  std::vector<model::Profile> sides;
  sides.push_back(std::move(source));
  sides.push_back(std::move(base));
  return Merge(std::move(sides));
}

}  // namespace analysis
