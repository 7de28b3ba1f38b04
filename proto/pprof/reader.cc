#include "proto/pprof/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/input_error.h"
#include "proto/pprof/field_stream.h"
#include "proto/pprof/profile.pb.h"
#include "proto/pprof/row_ids.h"

namespace proto::pprof {
namespace {

namespace pb = gotrace_goprof::pprof;

// Numbers of profile.proto.
enum ProfileField : uint32_t {
  kSampleType = 1,
  kSample = 2,
  kMapping = 3,
  kLocation = 4,
  kFunction = 5,
  kStringTable = 6,
  kDropFrames = 7,
  kKeepFrames = 8,
  kTimeNanos = 9,
  kDurationNanos = 10,
  kPeriodType = 11,
  kPeriod = 12,
  kComment = 13,
  kDefaultSampleType = 14,
  kDocUrl = 15,
};

WireType TypeOf(uint32_t profile_field) {
  switch (profile_field) {
    case kSampleType:
    case kSample:
    case kMapping:
    case kLocation:
    case kFunction:
    case kStringTable:
    case kPeriodType:
      return WireType::kBytes;
    default:
      return WireType::kVarint;
  }
}

class Reader : public InputPlace {
 public:
  Reader(ByteSource& source, std::string name) : name_(std::move(name)), stream_(source, *this) {}

  model::Profile Run();

  std::string file() const override { return name_; }
  std::string record() const override { return kind_ == nullptr ? "" : fmt::format("{} {}", kind_, number_); }

 private:
  // What the string table will turn into text, once it has come.
  struct FunctionStrings {
    model::FunctionId row;
    int64_t name, system_name, file, start_line;
    uint64_t byte;
  };
  struct MappingStrings {
    model::MappingId row;
    model::Mapping mapping;
    int64_t file, build_id;
    uint64_t byte;
  };

  void Dispatch(const Field& field);
  void AddSample(const Field& field);
  void AddLabel(const Field& field);
  void AddLocation(const Field& field);
  model::Line ReadLine(const Field& field);
  void AddFunction(const Field& field);
  void AddMapping(const Field& field);
  void AddString(const Field& field);
  void AddComments(const Field& field);
  void SetTime(const Field& field);
  template <class Message>
  Message Parse(const Field& field, const char* kind, size_t number);
  template <class T, class Read>
  static void Packed(ByteCursor& cursor, const Field& field, std::vector<T>& out, const char* what, Read read);

  uint32_t LocationRow(uint64_t id, uint64_t byte);
  uint32_t FunctionRow(uint64_t id, uint64_t byte);
  uint32_t MappingRow(uint64_t id, uint64_t byte);
  void WantNew(bool is_new, uint64_t id, uint64_t byte) const;

  model::StringId Resolve(int64_t index, uint64_t byte, const char* what) const;
  model::ValueType Resolve(const pb::ValueType& type) const;
  void Finish();
  void ResolveTypes();
  void ResolveSymbols();
  void ResolveLabels();
  void WantDefined(const RowIds& rows, const char* what, const char* mentioned_in) const;
  [[noreturn]] void Fail(uint64_t byte, std::string where, const std::string& message) const {
    throw model::InputError(name_, {.byte = byte, .record = std::move(where)}, message);
  }

  std::string name_;
  const char* kind_ = nullptr;  // of the record that is being read
  uint64_t number_ = 0;
  FieldStream stream_;
  model::Profile profile_;

  RowIds location_ids_, function_ids_, mapping_ids_;
  std::vector<model::StringId> strings_;  // by the file's index
  std::vector<FunctionStrings> functions_;
  std::vector<MappingStrings> mappings_;
  std::vector<pb::ValueType> sample_types_;
  pb::ValueType period_type_;
  std::vector<int64_t> comments_;
  int64_t drop_frames_ = 0, keep_frames_ = 0, default_sample_type_ = 0, doc_url_ = 0;
  size_t width_ = 0;  // values of the first sample

  // One sample, kept for its storage.
  std::vector<model::LocationId> sample_locations_;
  std::vector<int64_t> sample_values_;
  std::vector<model::Label> sample_labels_;  // the ids in it are the file's string indices until Finish
  std::vector<model::Line> lines_;
};

model::Profile Reader::Run() {
  Field field;
  bool is_empty = true;
  while (stream_.Next(field)) {
    is_empty = false;
    Dispatch(field);
    kind_ = nullptr;
  }
  if (is_empty) throw model::InputError(name_, "is empty, wanted a profile");
  Finish();
  return std::move(profile_);
}

void Reader::Dispatch(const Field& field) {
  if (field.number > kDocUrl) return;
  const bool is_packed_comment = field.number == kComment && field.type == WireType::kBytes;
  if (field.type != TypeOf(field.number) && !is_packed_comment) {
    Fail(field.offset, "",
         fmt::format("field {} of the profile has wire type {}, wanted {}", field.number, static_cast<int>(field.type),
                     static_cast<int>(TypeOf(field.number))));
  }
  switch (field.number) {
    case kSampleType:
      sample_types_.push_back(Parse<pb::ValueType>(field, "sample type", sample_types_.size() + 1));
      return;
    case kSample:
      return AddSample(field);
    case kMapping:
      return AddMapping(field);
    case kLocation:
      return AddLocation(field);
    case kFunction:
      return AddFunction(field);
    case kStringTable:
      return AddString(field);
    case kDropFrames:
      drop_frames_ = static_cast<int64_t>(field.value);
      return;
    case kKeepFrames:
      keep_frames_ = static_cast<int64_t>(field.value);
      return;
    case kTimeNanos:
      return SetTime(field);
    case kDurationNanos:
      profile_.duration_nanos = static_cast<int64_t>(field.value);
      return;
    case kPeriodType:
      period_type_ = Parse<pb::ValueType>(field, "period type", 1);
      return;
    case kPeriod:
      profile_.period = static_cast<int64_t>(field.value);
      return;
    case kComment:
      return AddComments(field);
    case kDefaultSampleType:
      default_sample_type_ = static_cast<int64_t>(field.value);
      return;
    case kDocUrl:
      doc_url_ = static_cast<int64_t>(field.value);
      return;
  }
}

template <class Message>
Message Reader::Parse(const Field& field, const char* kind, size_t number) {
  Message message;
  if (message.ParseFromArray(field.bytes.data(), static_cast<int>(field.bytes.size()))) return message;
  Fail(field.offset, fmt::format("{} {}", kind, number), "is no well-formed protobuf message");
}

// A repeated number: packed into one field, or one field each.
template <class T, class Read>
void Reader::Packed(ByteCursor& cursor, const Field& field, std::vector<T>& out, const char* what, Read read) {
  if (field.type == WireType::kVarint) {
    out.push_back(read(field.value, field.offset));
    return;
  }
  WantType(cursor, field, WireType::kBytes, what);
  ByteCursor numbers = cursor.Within(field.bytes, field.offset);
  while (!numbers.AtEnd()) {
    const uint64_t byte = numbers.offset();
    out.push_back(read(numbers.Varint(what), byte));
  }
}

void Reader::AddSample(const Field& field) {
  kind_ = "sample";
  number_ = profile_.sample_count() + 1;
  sample_locations_.clear();
  sample_values_.clear();
  sample_labels_.clear();
  ByteCursor cursor(*this, field.bytes, field.offset);
  while (!cursor.AtEnd()) {
    const Field part = NextField(cursor);
    switch (part.number) {
      case 1:
        Packed(cursor, part, sample_locations_, "a location id",
               [&](uint64_t id, uint64_t byte) { return model::LocationId(LocationRow(id, byte)); });
        break;
      case 2:
        Packed(cursor, part, sample_values_, "a value",
               [](uint64_t value, uint64_t) { return static_cast<int64_t>(value); });
        break;
      case 3:
        WantType(cursor, part, WireType::kBytes, "a label");
        AddLabel(part);
        break;
      default:
        break;
    }
  }
  if (profile_.sample_count() == 0) width_ = sample_values_.size();
  const size_t wanted = sample_types_.empty() ? width_ : sample_types_.size();
  if (sample_values_.size() != wanted || wanted != width_) {
    cursor.Fail(fmt::format("has {} values, the profile has {} sample types", sample_values_.size(), wanted));
  }
  profile_.sample_stack.push_back(profile_.stacks.FromLeafFirst(sample_locations_));
  profile_.sample_value.insert(profile_.sample_value.end(), sample_values_.begin(), sample_values_.end());
  profile_.sample_labels.push_back(profile_.labels.Intern(sample_labels_));
}

void Reader::AddLabel(const Field& field) {
  ByteCursor cursor(*this, field.bytes, field.offset);
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
    sample_labels_.push_back({.key = label.key, .text = label.text});
  } else if (is_number) {
    label.is_number = true;
    sample_labels_.push_back(label);
  }
}

uint32_t Reader::LocationRow(uint64_t id, uint64_t byte) {
  return location_ids_.FindOrAdd({id, byte, number_}, [&] { return profile_.symbols.AddLocation().value; });
}

uint32_t Reader::FunctionRow(uint64_t id, uint64_t byte) {
  return function_ids_.FindOrAdd({id, byte, number_}, [&] { return profile_.symbols.AddFunction({}).value; });
}

uint32_t Reader::MappingRow(uint64_t id, uint64_t byte) {
  return mapping_ids_.FindOrAdd({id, byte, number_}, [&] { return profile_.symbols.AddMapping({}).value; });
}

void Reader::WantNew(bool is_new, uint64_t id, uint64_t byte) const {
  if (id == 0) Fail(byte, record(), "has id 0, which means none");
  if (!is_new) Fail(byte, record(), fmt::format("id {} is defined twice", id));
}

void Reader::AddLocation(const Field& field) {
  kind_ = "location";
  number_ = 0;
  model::Location location;
  uint64_t mapping_id = 0;
  uint64_t mapping_byte = 0;
  lines_.clear();
  ByteCursor cursor(*this, field.bytes, field.offset);
  while (!cursor.AtEnd()) {
    const Field part = NextField(cursor);
    if (part.number > 5) continue;
    WantType(cursor, part, part.number == 4 ? WireType::kBytes : WireType::kVarint, "a location's field");
    if (part.number == 1) number_ = part.value;
    if (part.number == 2) mapping_id = part.value, mapping_byte = part.offset;
    if (part.number == 3) location.address = part.value;
    if (part.number == 4) lines_.push_back(ReadLine(part));
    if (part.number == 5) location.is_folded = part.value != 0;
  }
  if (mapping_id != 0) location.mapping = model::MappingId(MappingRow(mapping_id, mapping_byte));
  const uint32_t row = LocationRow(number_, field.offset);
  WantNew(location_ids_.Define(row), number_, field.offset);
  profile_.symbols.SetLocation(model::LocationId(row), location, lines_);
  profile_.numbers.Add(model::LocationId(row), number_);
}

model::Line Reader::ReadLine(const Field& field) {
  model::Line line;
  ByteCursor cursor(*this, field.bytes, field.offset);
  while (!cursor.AtEnd()) {
    const Field part = NextField(cursor);
    if (part.number > 3) continue;
    WantType(cursor, part, WireType::kVarint, "a line's field");
    if (part.number == 1 && part.value != 0) line.function = model::FunctionId(FunctionRow(part.value, part.offset));
    if (part.number == 2) line.line = static_cast<int64_t>(part.value);
    if (part.number == 3) line.column = static_cast<int64_t>(part.value);
  }
  return line;
}

void Reader::AddFunction(const Field& field) {
  const auto message = Parse<pb::Function>(field, "function", function_ids_.defined_count() + 1);
  kind_ = "function";
  number_ = message.id();
  const uint32_t row = FunctionRow(message.id(), field.offset);
  WantNew(function_ids_.Define(row), message.id(), field.offset);
  functions_.push_back({.row = model::FunctionId(row),
                        .name = message.name(),
                        .system_name = message.system_name(),
                        .file = message.filename(),
                        .start_line = message.start_line(),
                        .byte = field.offset});
}

void Reader::AddMapping(const Field& field) {
  const auto message = Parse<pb::Mapping>(field, "mapping", mapping_ids_.defined_count() + 1);
  kind_ = "mapping";
  number_ = message.id();
  const uint32_t row = MappingRow(message.id(), field.offset);
  WantNew(mapping_ids_.Define(row), message.id(), field.offset);
  profile_.numbers.Add(model::MappingId(row), message.id());
  if (mapping_ids_.defined_count() == 1) profile_.main_mapping = model::MappingId(row);
  mappings_.push_back({.row = model::MappingId(row),
                       .mapping = {.start = message.memory_start(),
                                   .limit = message.memory_limit(),
                                   .offset = message.file_offset(),
                                   .has_functions = message.has_functions(),
                                   .has_filenames = message.has_filenames(),
                                   .has_line_numbers = message.has_line_numbers(),
                                   .has_inline_frames = message.has_inline_frames()},
                       .file = message.filename(),
                       .build_id = message.build_id(),
                       .byte = field.offset});
}

void Reader::AddString(const Field& field) {
  const std::string_view text(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
  if (strings_.empty() && !text.empty()) Fail(field.offset, "string 0", "the first string of the table must be empty");
  strings_.push_back(profile_.symbols.InternString(text));
}

void Reader::AddComments(const Field& field) {
  ByteCursor cursor(*this, field.bytes, field.offset);
  Packed(cursor, field, comments_, "a comment", [](uint64_t index, uint64_t) { return static_cast<int64_t>(index); });
}

void Reader::SetTime(const Field& field) {
  if (profile_.time_nanos != 0) {
    Fail(field.offset, "", "found a second time_nanos: several profiles one behind the other; give each its own file");
  }
  profile_.time_nanos = static_cast<int64_t>(field.value);
}

model::StringId Reader::Resolve(int64_t index, uint64_t byte, const char* what) const {
  if (index == 0 && strings_.empty()) return {};
  if (index >= 0 && static_cast<uint64_t>(index) < strings_.size()) return strings_[static_cast<size_t>(index)];
  Fail(byte, what, fmt::format("string {} is not in the string table, which has {}", index, strings_.size()));
}

model::ValueType Reader::Resolve(const pb::ValueType& type) const {
  return {.type = Resolve(type.type(), 0, "sample type"), .unit = Resolve(type.unit(), 0, "unit of a sample type")};
}

void Reader::WantDefined(const RowIds& rows, const char* what, const char* mentioned_in) const {
  const auto mention = rows.FirstUndefined();
  if (!mention) return;
  Fail(mention->byte, fmt::format("{} {}", mentioned_in, mention->record),
       fmt::format("{} id {} is not defined in this profile", what, mention->id));
}

void Reader::Finish() {
  WantDefined(location_ids_, "location", "sample");
  WantDefined(function_ids_, "function", "location");
  WantDefined(mapping_ids_, "mapping", "location");
  profile_.file_locations = location_ids_.defined_count();
  profile_.file_functions = function_ids_.defined_count();
  profile_.file_mappings = mapping_ids_.defined_count();
  ResolveTypes();
  ResolveSymbols();
  ResolveLabels();
  const auto text = [&](int64_t index, const char* what) {
    return std::string(profile_.symbols.text(Resolve(index, 0, what)));
  };
  profile_.drop_frames = text(drop_frames_, "drop_frames");
  profile_.keep_frames = text(keep_frames_, "keep_frames");
  profile_.doc_url = text(doc_url_, "doc_url");
  for (const int64_t comment : comments_) profile_.comments.push_back(text(comment, "comment"));
}

void Reader::ResolveTypes() {
  if (profile_.sample_count() > 0 && sample_types_.size() != width_) {
    Fail(stream_.offset(), "",
         fmt::format("samples have {} values, the profile has {} sample types", width_, sample_types_.size()));
  }
  for (const pb::ValueType& type : sample_types_) profile_.value_types.push_back(Resolve(type));
  profile_.period_type = Resolve(period_type_);
  const model::StringId wanted = Resolve(default_sample_type_, 0, "default_sample_type");
  const auto at = std::ranges::find(profile_.value_types, wanted, &model::ValueType::type);
  if (wanted != model::StringId() && at != profile_.value_types.end()) {
    profile_.default_value_type = static_cast<size_t>(at - profile_.value_types.begin());
  }
}

void Reader::ResolveSymbols() {
  for (const FunctionStrings& row : functions_) {
    profile_.symbols.SetFunction(row.row, {.name = Resolve(row.name, row.byte, "name of a function"),
                                           .system_name = Resolve(row.system_name, row.byte, "system name of a function"),
                                           .file = Resolve(row.file, row.byte, "file of a function"),
                                           .start_line = row.start_line});
  }
  for (MappingStrings& row : mappings_) {
    row.mapping.file = Resolve(row.file, row.byte, "file of a mapping");
    row.mapping.build_id = Resolve(row.build_id, row.byte, "build id of a mapping");
    profile_.symbols.SetMapping(row.row, row.mapping);
  }
}

// Label sets were interned by the file's string indices, which are now turned into our ids. Two sets can become one.
void Reader::ResolveLabels() {
  model::LabelTable resolved;
  std::vector<model::LabelSetId> set_of(profile_.labels.size());
  std::vector<model::Label> labels;
  const auto resolve = [&](model::StringId index) { return Resolve(index.value, 0, "a label"); };
  for (uint32_t set = 0; set < set_of.size(); ++set) {
    labels.clear();
    for (const model::Label& raw : profile_.labels[model::LabelSetId(set)]) {
      labels.push_back(raw);
      labels.back().key = resolve(raw.key);
      labels.back().text = resolve(raw.text);
      labels.back().unit = resolve(raw.unit);
    }
    set_of[set] = resolved.Intern(labels);
  }
  for (model::LabelSetId& id : profile_.sample_labels) id = set_of[id.index()];
  profile_.labels = std::move(resolved);
}

}  // namespace

model::Profile Read(ByteSource& source, const std::string& name) { return Reader(source, name).Run(); }

bool LooksPprof(std::string_view head) {
  class Nowhere : public InputPlace {
    std::string file() const override { return ""; }
    std::string record() const override { return ""; }
  };
  const Nowhere place;
  ByteCursor cursor(place, {reinterpret_cast<const uint8_t*>(head.data()), head.size()}, 0);
  size_t fields = 0;
  try {
    for (; !cursor.AtEnd(); ++fields) {
      const uint64_t tag = cursor.Varint("a tag");
      const uint64_t number = tag >> 3;
      if (number == 0 || number > kDocUrl) return false;
      const auto wanted = TypeOf(static_cast<uint32_t>(number));
      const auto found = static_cast<WireType>(tag & 7);
      if (found != wanted && !(number == kComment && found == WireType::kBytes)) return false;
      const uint64_t value = cursor.Varint("a value or a length");
      if (found == WireType::kBytes) cursor.Bytes(value, "a field");
    }
    return fields > 0;
  } catch (const model::InputError&) {
    return fields > 0;  // the head ends in the middle of a field, as it should
  }
}

}  // namespace proto::pprof
