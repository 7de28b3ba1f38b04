#include "proto/pprof/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/input_error.h"
#include "proto/pprof/field_stream.h"
#include "proto/pprof/file_strings.h"
#include "proto/pprof/profile.pb.h"
#include "proto/pprof/record_place.h"
#include "proto/pprof/sample_reader.h"
#include "proto/pprof/symbol_reader.h"

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

class Reader {
 public:
  Reader(ByteSource& source, std::string name) : place_(std::move(name)), stream_(source, place_) {}

  model::Profile Run();

 private:
  void Dispatch(const Field& field);
  void ReadHeaderField(const Field& field);
  pb::ValueType ReadType(const Field& field, const char* kind, size_t number) const;
  void AddString(const Field& field);
  void AddComments(const Field& field);
  void SetTime(const Field& field);

  model::ValueType Resolve(const pb::ValueType& type) const;
  void Finish();
  void ResolveTypes();

  RecordPlace place_;
  FieldStream stream_;
  model::Profile profile_;
  SymbolReader symbols_{place_, profile_};
  SampleReader samples_{place_, profile_, symbols_.locations()};
  FileStrings strings_{place_};
  std::vector<pb::ValueType> sample_types_;
  pb::ValueType period_type_;
  std::vector<int64_t> comments_;
  int64_t drop_frames_ = 0, keep_frames_ = 0, default_sample_type_ = 0, doc_url_ = 0;
};

model::Profile Reader::Run() {
  Field field;
  bool is_empty = true;
  while (stream_.Next(field)) {
    is_empty = false;
    Dispatch(field);
    place_.Enter(nullptr);
  }
  if (is_empty) throw model::InputError(place_.file(), "is empty, wanted a profile");
  Finish();
  return std::move(profile_);
}

void Reader::Dispatch(const Field& field) {
  if (field.number > kDocUrl) return;
  const bool is_packed_comment = field.number == kComment && field.type == WireType::kBytes;
  if (field.type != TypeOf(field.number) && !is_packed_comment) {
    place_.Fail(field.offset, "",
                fmt::format("field {} of the profile has wire type {}, wanted {}", field.number,
                            static_cast<int>(field.type), static_cast<int>(TypeOf(field.number))));
  }
  switch (field.number) {
    case kSample:
      return samples_.Read(field, sample_types_.size());
    case kMapping:
      return symbols_.ReadMapping(field);
    case kLocation:
      return symbols_.ReadLocation(field);
    case kFunction:
      return symbols_.ReadFunction(field);
    case kStringTable:
      return AddString(field);
    default:
      return ReadHeaderField(field);
  }
}

void Reader::ReadHeaderField(const Field& field) {
  const auto value = static_cast<int64_t>(field.value);
  switch (field.number) {
    case kSampleType:
      sample_types_.push_back(ReadType(field, "sample type", sample_types_.size() + 1));
      return;
    case kDropFrames:
      drop_frames_ = value;
      return;
    case kKeepFrames:
      keep_frames_ = value;
      return;
    case kTimeNanos:
      return SetTime(field);
    case kDurationNanos:
      profile_.duration_nanos = value;
      return;
    case kPeriodType:
      period_type_ = ReadType(field, "period type", 1);
      return;
    case kPeriod:
      profile_.period = value;
      return;
    case kComment:
      return AddComments(field);
    case kDefaultSampleType:
      default_sample_type_ = value;
      return;
    case kDocUrl:
      doc_url_ = value;
      return;
  }
}

pb::ValueType Reader::ReadType(const Field& field, const char* kind, size_t number) const {
  pb::ValueType type;
  if (type.ParseFromArray(field.bytes.data(), static_cast<int>(field.bytes.size()))) return type;
  place_.Fail(field.offset, fmt::format("{} {}", kind, number), "is no well-formed protobuf message");
}

void Reader::AddString(const Field& field) {
  const std::string_view text(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
  if (strings_.empty() && !text.empty())
    place_.Fail(field.offset, "string 0", "the first string of the table must be empty");
  strings_.Add(profile_.symbols.InternString(text));
}

void Reader::AddComments(const Field& field) {
  ForEachNumber(ByteCursor(place_, field.bytes, field.offset), field, "a comment",
                [&](uint64_t index, uint64_t) { comments_.push_back(static_cast<int64_t>(index)); });
}

void Reader::SetTime(const Field& field) {
  if (profile_.time_nanos != 0) {
    place_.Fail(field.offset, "",
                "found a second time_nanos: several profiles one behind the other; give each its own file");
  }
  profile_.time_nanos = static_cast<int64_t>(field.value);
}

model::ValueType Reader::Resolve(const pb::ValueType& type) const {
  return {.type = strings_(type.type(), 0, "sample type"), .unit = strings_(type.unit(), 0, "unit of a sample type")};
}

void Reader::Finish() {
  symbols_.Resolve(strings_);
  ResolveTypes();
  samples_.Resolve(strings_);
  const auto text = [&](int64_t index, const char* what) {
    return std::string(profile_.symbols.text(strings_(index, 0, what)));
  };
  profile_.drop_frames = text(drop_frames_, "drop_frames");
  profile_.keep_frames = text(keep_frames_, "keep_frames");
  profile_.doc_url = text(doc_url_, "doc_url");
  for (const int64_t comment : comments_) profile_.comments.push_back(text(comment, "comment"));
}

void Reader::ResolveTypes() {
  if (profile_.sample_count() > 0 && sample_types_.size() != samples_.width()) {
    place_.Fail(
        stream_.offset(), "",
        fmt::format("samples have {} values, the profile has {} sample types", samples_.width(), sample_types_.size()));
  }
  for (const pb::ValueType& type : sample_types_) profile_.value_types.push_back(Resolve(type));
  profile_.period_type = Resolve(period_type_);
  const model::StringId wanted = strings_(default_sample_type_, 0, "default_sample_type");
  const auto at = std::ranges::find(profile_.value_types, wanted, &model::ValueType::type);
  if (wanted != model::StringId() && at != profile_.value_types.end()) {
    profile_.default_value_type = static_cast<size_t>(at - profile_.value_types.begin());
  }
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
