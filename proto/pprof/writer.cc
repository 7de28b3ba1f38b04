#include "proto/pprof/writer.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <vector>

#include "proto/pprof/profile.pb.h"

namespace proto::pprof {
namespace {

namespace pb = gotrace_goprof::pprof;

// Record by record through a reused message, so that the message as a whole is never built.
class Writer {
 public:
  explicit Writer(const model::Profile& profile) : profile_(profile), index_of_(profile.symbols.strings().size(), kUnused) {
    Index(model::StringId());
  }

  std::string Run();

 private:
  static constexpr int64_t kUnused = -1;

  int64_t Index(model::StringId id) {
    int64_t& index = index_of_[id.index()];
    if (index == kUnused) {
      index = static_cast<int64_t>(used_.size());
      used_.push_back(profile_.symbols.text(id));
    }
    return index;
  }
  // Of a text that is in no table of the profile.
  int64_t Index(const std::string& text) {
    if (text.empty()) return 0;
    used_.push_back(text);
    return static_cast<int64_t>(used_.size()) - 1;
  }

  template <class Message>
  void Put(uint32_t field, const Message& message) {
    constexpr uint32_t kBytes = 2;
    out_.WriteTag(field << 3 | kBytes);
    out_.WriteVarint32(static_cast<uint32_t>(message.ByteSizeLong()));
    message.SerializeWithCachedSizes(&out_);
  }
  pb::ValueType Type(const model::ValueType& type) {
    pb::ValueType message;
    message.set_type(Index(type.type));
    message.set_unit(Index(type.unit));
    return message;
  }
  void PutSamples();
  void PutLabels(std::span<const model::Label> labels, pb::Sample& message);
  void PutMappings();
  void PutMapping(model::MappingId id);
  void PutLocations();
  void PutFunctions();
  void PutStrings();
  void PutRest();

  const model::Profile& profile_;
  std::vector<int64_t> index_of_;  // by StringId
  std::vector<std::string_view> used_;
  std::string bytes_;
  google::protobuf::io::StringOutputStream stream_{&bytes_};
  google::protobuf::io::CodedOutputStream out_{&stream_};
};

std::string Writer::Run() {
  for (const model::ValueType& type : profile_.value_types) Put(pb::Profile::kSampleTypeFieldNumber, Type(type));
  PutSamples();
  PutMappings();
  PutLocations();
  PutFunctions();
  PutRest();
  PutStrings();
  out_.Trim();
  return std::move(bytes_);
}

void Writer::PutSamples() {
  pb::Sample message;
  for (size_t sample = 0; sample < profile_.sample_count(); ++sample) {
    message.Clear();
    for (const model::LocationId at : profile_.stacks.LeafFirst(profile_.sample_stack[sample])) {
      message.add_location_id(at.value + uint64_t{1});
    }
    for (const int64_t value : profile_.values(sample)) message.add_value(value);
    PutLabels(profile_.labels[profile_.sample_labels[sample]], message);
    Put(pb::Profile::kSampleFieldNumber, message);
  }
}

void Writer::PutLabels(std::span<const model::Label> labels, pb::Sample& message) {
  for (const model::Label& label : labels) {
    pb::Label& out = *message.add_label();
    out.set_key(Index(label.key));
    if (!label.is_number) {
      out.set_str(Index(label.text));
      continue;
    }
    out.set_num(label.number);
    out.set_num_unit(Index(label.unit));
  }
}

void Writer::PutMappings() {
  // The first one in the file is the program.
  if (profile_.main_mapping != model::MappingId()) PutMapping(profile_.main_mapping);
  for (uint32_t row = 1; row < profile_.symbols.mappings().size(); ++row) {
    if (model::MappingId(row) != profile_.main_mapping) PutMapping(model::MappingId(row));
  }
}

void Writer::PutMapping(model::MappingId id) {
  const model::Mapping& mapping = profile_.symbols.mappings()[id];
  pb::Mapping message;
  message.set_id(id.value);
  message.set_memory_start(mapping.start);
  message.set_memory_limit(mapping.limit);
  message.set_file_offset(mapping.offset);
  message.set_filename(Index(mapping.file));
  message.set_build_id(Index(mapping.build_id));
  message.set_has_functions(mapping.has_functions);
  message.set_has_filenames(mapping.has_filenames);
  message.set_has_line_numbers(mapping.has_line_numbers);
  message.set_has_inline_frames(mapping.has_inline_frames);
  Put(pb::Profile::kMappingFieldNumber, message);
}

void Writer::PutLocations() {
  pb::Location message;
  for (uint32_t row = 0; row < profile_.symbols.location_count(); ++row) {
    const model::Location& location = profile_.symbols.location(model::LocationId(row));
    message.Clear();
    message.set_id(row + uint64_t{1});
    message.set_mapping_id(location.mapping.value);
    message.set_address(location.address);
    message.set_is_folded(location.is_folded);
    for (const model::Line& line : profile_.symbols.lines(model::LocationId(row))) {
      pb::Line& out = *message.add_line();
      out.set_function_id(line.function.value);
      out.set_line(line.line);
      out.set_column(line.column);
    }
    Put(pb::Profile::kLocationFieldNumber, message);
  }
}

void Writer::PutFunctions() {
  const auto& functions = profile_.symbols.functions();
  pb::Function message;
  for (uint32_t row = 1; row < functions.size(); ++row) {
    const model::Function& function = functions[model::FunctionId(row)];
    message.set_id(row);
    message.set_name(Index(function.name));
    message.set_system_name(Index(function.system_name));
    message.set_filename(Index(function.file));
    message.set_start_line(function.start_line);
    Put(pb::Profile::kFunctionFieldNumber, message);
  }
}

// The single values, as one message: protobuf lets the fields of a message come in any order.
void Writer::PutRest() {
  pb::Profile message;
  message.set_drop_frames(Index(profile_.drop_frames));
  message.set_keep_frames(Index(profile_.keep_frames));
  message.set_time_nanos(profile_.time_nanos);
  message.set_duration_nanos(profile_.duration_nanos);
  const bool has_period_type = profile_.period_type != model::ValueType();
  if (has_period_type) *message.mutable_period_type() = Type(profile_.period_type);
  message.set_period(profile_.period);
  for (const std::string& comment : profile_.comments) message.add_comment(Index(comment));
  if (profile_.default_value_type) {
    message.set_default_sample_type(Index(profile_.value_types[*profile_.default_value_type].type));
  }
  message.set_doc_url(Index(profile_.doc_url));
  message.SerializeToCodedStream(&out_);
}

void Writer::PutStrings() {
  for (const std::string_view text : used_) {
    out_.WriteTag(uint32_t{pb::Profile::kStringTableFieldNumber} << 3 | 2);
    out_.WriteVarint32(static_cast<uint32_t>(text.size()));
    if (!text.empty()) out_.WriteRaw(text.data(), static_cast<int>(text.size()));  // an empty view may have no address
  }
}

}  // namespace

std::string Write(const model::Profile& profile) { return Writer(profile).Run(); }

}  // namespace proto::pprof
