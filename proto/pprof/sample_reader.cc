#include "proto/pprof/sample_reader.h"

#include <fmt/format.h>

#include <utility>

namespace proto::pprof {

void SampleReader::Read(const Field& field, size_t types) {
  place_.Enter("sample", profile_.sample_count() + 1);
  stack_.clear();
  values_.clear();
  labels_.clear();
  Field packed;  // the locations, which nearly always come as one field
  ByteCursor cursor(place_, field.bytes, field.offset);
  while (!cursor.AtEnd()) {
    const Field part = NextField(cursor);
    if (part.number == 1) {
      if (packed.bytes.empty() && stack_.empty() && part.type == WireType::kBytes) {
        packed = part;
        key_ = known_stacks_.Key(part.bytes);
        continue;
      }
      if (!packed.bytes.empty()) ReadLocations(cursor, std::exchange(packed, {}));
      ReadLocations(cursor, part);
    } else if (part.number == 2) {
      ForEachNumber(cursor, part, "a value",
                    [&](uint64_t value, uint64_t) { values_.push_back(static_cast<int64_t>(value)); });
    } else if (part.number == 3) {
      WantType(cursor, part, WireType::kBytes, "a label");
      ReadLabel(part);
    }
  }
  if (profile_.sample_count() == 0) width_ = values_.size();
  const size_t wanted = types == 0 ? width_ : types;
  if (values_.size() != wanted || wanted != width_) {
    cursor.Fail(fmt::format("has {} values, the profile has {} sample types", values_.size(), wanted));
  }
  profile_.sample_stack.push_back(ReadStack(cursor, packed));
  profile_.sample_value.insert(profile_.sample_value.end(), values_.begin(), values_.end());
  profile_.sample_labels.push_back(profile_.labels.Intern(labels_));
}

model::StackId SampleReader::ReadStack(const ByteCursor& cursor, const Field& packed) {
  const auto read = [&] {
    ReadLocations(cursor, packed);
    return profile_.stacks.FromLeafFirst(stack_);
  };
  return packed.bytes.empty() ? profile_.stacks.FromLeafFirst(stack_) : known_stacks_.FindOrRead(key_, read);
}

void SampleReader::ReadLocations(const ByteCursor& cursor, const Field& field) {
  // Each number has a byte at least, so this is never more than the file has.
  const size_t before = stack_.size();
  stack_.resize(before + (field.type == WireType::kBytes ? field.bytes.size() : 1));
  model::LocationId* out = stack_.data() + before;
  ForEachNumber(cursor, field, "a location id", [&](uint64_t id, uint64_t byte) {
    const auto row = locations_.FindOrAdd({id, byte, place_.number()}, [&] { return profile_.symbols.AddLocation().value; });
    *out++ = model::LocationId(row);
  });
  stack_.resize(static_cast<size_t>(out - stack_.data()));
}

void SampleReader::ReadLabel(const Field& field) {
  ByteCursor cursor(place_, field.bytes, field.offset);
  const auto index = [&](const Field& part) {
    if (part.value > UINT32_MAX) cursor.Fail(fmt::format("string index {} in a label is out of range", part.value));
    return model::StringId(static_cast<uint32_t>(part.value));
  };
  model::Label label;
  while (!cursor.AtEnd()) {
    const Field part = NextField(cursor);
    if (part.number > 4) continue;
    WantType(cursor, part, WireType::kVarint, "a label's field");
    if (part.number == 1) label.key = index(part);
    if (part.number == 2) label.text = index(part);
    if (part.number == 3) label.number = static_cast<int64_t>(part.value);
    if (part.number == 4) label.unit = index(part);
  }
  // A text wins over a number; a label with neither says nothing. Both as pprof has it.
  const bool is_number = label.number != 0 || label.unit.value != 0;
  if (label.text.value != 0) {
    labels_.push_back({.key = label.key, .text = label.text});
  } else if (is_number) {
    label.is_number = true;
    labels_.push_back(label);
  }
}

// Sets were interned by the file's indices. Two of them can become one.
void SampleReader::Resolve(const FileStrings& strings) {
  model::LabelTable resolved;
  std::vector<model::LabelSetId> set_of(profile_.labels.size());
  const auto resolve = [&](model::StringId index) { return strings(index.value, 0, "a label"); };
  for (uint32_t set = 0; set < set_of.size(); ++set) {
    labels_.clear();
    for (const model::Label& raw : profile_.labels[model::LabelSetId(set)]) {
      labels_.push_back(raw);
      labels_.back().key = resolve(raw.key);
      labels_.back().text = resolve(raw.text);
      labels_.back().unit = resolve(raw.unit);
    }
    set_of[set] = resolved.Intern(labels_);
  }
  for (model::LabelSetId& id : profile_.sample_labels) id = set_of[id.index()];
  profile_.labels = std::move(resolved);
}

}  // namespace proto::pprof
