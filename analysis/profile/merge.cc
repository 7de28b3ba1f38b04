#include "analysis/profile/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analysis/profile/fingerprints.h"
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

uint64_t HashOfSample(StackId stack, LabelSetId labels) {
  return model::MixHash((uint64_t{stack.value} << 32) | labels.value);
}

}  // namespace

class Merging::Sum {
 public:
  explicit Sum(const Addend& first) {
    BeginHeader(first);
    AddAll(first);
  }
  void Add(Addend source);
  model::Profile Finish();

 private:
  // Rows of one source as rows of the result; filled as they are met, so that only what is used is taken over.
  struct SourceRows {
    const model::Profile& profile;
    const std::vector<model::TextHash>& fingerprints;
    std::vector<std::optional<StringId>> strings;
    std::vector<std::optional<model::FunctionId>> functions;
    std::vector<std::optional<LocationId>> locations;
    std::vector<std::optional<MappingId>> mappings;
    std::vector<int64_t> shift;   // by mapping: what to add to its addresses
    std::vector<StackId> stacks;  // by row; root = not met yet
    std::vector<std::optional<LabelSetId>> labels;

    explicit SourceRows(const Addend& source)
        : profile(source.profile),
          fingerprints(source.fingerprints),
          strings(profile.symbols.strings().size()),
          functions(profile.symbols.functions().size()),
          locations(profile.symbols.location_count()),
          mappings(profile.symbols.mappings().size()),
          shift(profile.symbols.mappings().size()),
          stacks(profile.stacks.size()),
          labels(profile.labels.size()) {}
  };

  struct FirstSample {
    uint32_t row_plus_one = 0;  // 0 = none has the stack
    LabelSetId labels;
  };

  void BeginHeader(const Addend& addend);
  void AddHeader(const model::Profile& source);
  void AddAll(const Addend& source);
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
  LocationId AddLocation(SourceRows& rows, LocationId id);
  LabelSetId Map(SourceRows& rows, LabelSetId id);

  model::Profile result_;
  std::map<MappingKey, MappingId> mappings_;
  std::vector<model::TextHash> fingerprints_;  // by location
  model::InternIndex locations_;               // of their fingerprints
  std::vector<FirstSample> first_sample_;      // by stack
  model::InternIndex samples_;                 // the others, with other labels
  std::vector<model::Line> lines_;             // of one location, kept for its storage
  std::vector<StackId> unmet_;                 // of one stack
};

void Merging::Sum::Add(Addend source) {
  const std::vector<model::ValueType> types_before = result_.value_types;
  AgreeOnTypes(result_, source.profile);
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

void Merging::Sum::BeginHeader(const Addend& addend) {
  SourceRows rows(addend);
  const model::Profile& first = addend.profile;
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

void Merging::Sum::AddAll(const Addend& source) {
  AddHeader(source.profile);
  SourceRows rows(source);
  // The first mapping is the program; it stays the first.
  const MappingId main = source.profile.main_mapping;
  if (mappings_.empty() && main != MappingId()) result_.main_mapping = Map(rows, main);
  AddSamples(rows);
}

// Some at a time: what the next step will look at is asked for before the first of them gets there.
void Merging::Sum::AddSamples(SourceRows& rows) {
  struct Place {
    size_t row;  // in the source
    StackId stack;
    LabelSetId labels;
    uint32_t sum;  // row of the result
  };
  constexpr size_t kAtATime = 32;
  const model::Profile& source = rows.profile;
  std::array<Place, kAtATime> places;
  for (size_t row = 0; row < source.sample_count();) {
    size_t count = 0;
    for (; count < kAtATime && row < source.sample_count(); ++row) {
      if (IsZero(source.values(row))) continue;
      Place& place = places[count++];
      place = {row, Map(rows, source.sample_stack[row]), Map(rows, source.sample_labels[row]), 0};
      if (place.stack.index() < first_sample_.size()) __builtin_prefetch(&first_sample_[place.stack.index()]);
    }
    first_sample_.resize(result_.stacks.size());
    for (Place& place : std::span(places).first(count)) {
      place.sum = SampleRow(place.stack, place.labels);
      __builtin_prefetch(result_.values(place.sum).data(), 1);
    }
    for (const Place& place : std::span(places).first(count)) AddValues(place.sum, source.values(place.row));
  }
}

void Merging::Sum::AddValues(size_t sample, std::span<const int64_t> values) {
  int64_t* sums = &result_.sample_value[sample * values.size()];
  for (const int64_t value : values) {
    *sums = static_cast<int64_t>(static_cast<uint64_t>(*sums) + static_cast<uint64_t>(value));
    ++sums;
  }
}

// Most stacks have samples with one set of labels, so the first sample is found without a look-up.
uint32_t Merging::Sum::SampleRow(StackId stack, LabelSetId labels) {
  const auto add = [&] {
    result_.sample_stack.push_back(stack);
    result_.sample_labels.push_back(labels);
    result_.sample_value.resize(result_.sample_value.size() + result_.value_count());
    return static_cast<uint32_t>(result_.sample_stack.size() - 1);
  };
  FirstSample& first = first_sample_[stack.index()];
  if (first.row_plus_one == 0) first = {.row_plus_one = add() + 1, .labels = labels};
  if (first.labels == labels) return first.row_plus_one - 1;
  return samples_.FindOrAdd(
      HashOfSample(stack, labels),
      [&](uint32_t other) { return result_.sample_stack[other] == stack && result_.sample_labels[other] == labels; }, add);
}

void Merging::Sum::IndexSamples() {
  samples_ = {};
  first_sample_.assign(result_.stacks.size(), {});
  for (uint32_t row = 0; row < result_.sample_count(); ++row) {
    const StackId stack = result_.sample_stack[row];
    FirstSample& first = first_sample_[stack.index()];
    if (first.row_plus_one == 0) {
      first = {.row_plus_one = row + 1, .labels = result_.sample_labels[row]};
      continue;
    }
    samples_.FindOrAdd(
        HashOfSample(stack, result_.sample_labels[row]), [](uint32_t) { return false; }, [&] { return row; });
  }
}

// What cancelled goes, with the locations only it used.
void Merging::Sum::DropZeros() {
  bool any = false;
  for (size_t row = 0; row < result_.sample_count() && !any; ++row) any = IsZero(result_.values(row));
  if (!any) return;
  result_ = Sum({.profile = std::exchange(result_, {}), .fingerprints = std::exchange(fingerprints_, {})}).Finish();
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
  const auto [at, is_new] = mappings_.try_emplace(KeyOf(mapping));
  if (is_new) at->second = result_.symbols.AddMapping(mapping);
  mapped = at->second;
  rows.shift[id.index()] = static_cast<int64_t>(result_.symbols.mappings()[*mapped].start - begin);
  return *mapped;
}

LocationId Merging::Sum::Map(SourceRows& rows, LocationId id) {
  auto& mapped = rows.locations[id.index()];
  if (mapped) return *mapped;
  const model::TextHash& fingerprint = rows.fingerprints[id.index()];
  mapped = LocationId(locations_.FindOrAdd(
      fingerprint.low, [&](uint32_t row) { return fingerprints_[row] == fingerprint; },
      [&] {
        fingerprints_.push_back(fingerprint);
        return AddLocation(rows, id).value;
      }));
  return *mapped;
}

LocationId Merging::Sum::AddLocation(SourceRows& rows, LocationId id) {
  model::Location location = rows.profile.symbols.location(id);
  const MappingId source_mapping = location.mapping;
  location.mapping = Map(rows, source_mapping);
  location.address += static_cast<uint64_t>(rows.shift[source_mapping.index()]);
  lines_.clear();
  for (model::Line line : rows.profile.symbols.lines(id)) {
    line.function = Map(rows, line.function);
    lines_.push_back(line);
  }
  const LocationId added = result_.symbols.AddLocation();
  result_.symbols.SetLocation(added, location, lines_);
  return added;
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
    mapped = result_.stacks.Child(mapped, Map(rows, rows.profile.stacks.location(unmet_[i - 1])));
    rows.stacks[unmet_[i - 1].index()] = mapped;
  }
  return mapped;
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

Merging::Merging() : hash_(model::RandomSeed()) {}
Merging::Merging(Merging&&) noexcept = default;
Merging& Merging::operator=(Merging&&) noexcept = default;
Merging::~Merging() = default;

Addend Merging::Prepared(model::Profile profile) const {
  std::vector<model::TextHash> fingerprints = LocationFingerprints(profile, hash_);
  return {.profile = std::move(profile), .fingerprints = std::move(fingerprints)};
}

void Merging::Add(Addend source) {
  if (!only_ && !sum_) {
    only_ = std::move(source);
    return;
  }
  if (!sum_) sum_ = std::make_unique<Sum>(*std::exchange(only_, std::nullopt));
  sum_->Add(std::move(source));
}

model::Profile Merging::Finish() && { return only_ ? std::move(only_->profile) : sum_->Finish(); }

model::Profile Merge(std::vector<model::Profile> sources) {
  Merging merging;
  for (model::Profile& source : sources) merging.Add(merging.Prepared(std::move(source)));
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
