#include "tests/support/pprof_text.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <stdexcept>

#include "proto/byte_source.h"
#include "proto/pprof/profile.pb.h"
#include "proto/pprof/reader.h"

namespace test_support {
namespace {

std::string FrameText(const model::Symbols& symbols, model::LocationId id) {
  const model::Location& location = symbols.location(id);
  std::string text =
      fmt::format("mapping {} {:#x}{}", location.mapping.value, location.address, location.is_folded ? " folded" : "");
  for (const model::Line& line : symbols.lines(id)) {
    const model::Function& function = symbols.functions()[line.function];
    text += fmt::format(" [{} {} {}:{}:{} s={}]", symbols.text(function.name), symbols.text(function.system_name),
                        symbols.text(function.file), line.line, line.column, function.start_line);
  }
  return text;
}

std::string LabelText(const model::Profile& profile, const model::Label& label) {
  const auto& symbols = profile.symbols;
  if (!label.is_number) return fmt::format(" {}={}", symbols.text(label.key), symbols.text(label.text));
  return fmt::format(" {}={}{}", symbols.text(label.key), label.number, symbols.text(label.unit));
}

}  // namespace

std::string PprofBytes(std::string_view text) {
  gotrace_goprof::pprof::Profile message;
  if (!google::protobuf::TextFormat::ParseFromString(std::string(text), &message)) {
    throw std::invalid_argument("not a Profile in protobuf's text form");
  }
  return message.SerializeAsString();
}

model::Profile ReadPprof(std::string_view bytes, const std::string& name) {
  const auto source = proto::OpenBytes(name, bytes);
  return proto::pprof::Read(*source, name);
}

std::string CanonicalText(const model::Profile& profile) {
  const model::Symbols& symbols = profile.symbols;
  std::string text;
  for (const model::ValueType& type : profile.value_types)
    text += fmt::format("type {}/{}\n", symbols.text(type.type), symbols.text(type.unit));
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    text += fmt::format("sample {}", fmt::join(profile.values(sample), " "));
    for (const auto at : profile.stacks.LeafFirst(profile.sample_stack[sample])) text += " " + FrameText(symbols, at);
    for (const auto& label : profile.labels[profile.sample_labels[sample]]) text += LabelText(profile, label);
    text += "\n";
  }
  for (const model::Mapping& row : symbols.mappings()) {
    text += fmt::format("mapping {:#x}-{:#x}@{:#x} {} {} {}{}{}{}\n", row.start, row.limit, row.offset,
                        symbols.text(row.file), symbols.text(row.build_id), row.has_functions, row.has_filenames,
                        row.has_line_numbers, row.has_inline_frames);
  }
  text += fmt::format("tables {} {} {}\n", symbols.location_count(), symbols.functions().size(), symbols.mappings().size());
  text +=
      fmt::format("period {} {}/{}, time {}, duration {}, default {}\n", profile.period,
                  symbols.text(profile.period_type.type), symbols.text(profile.period_type.unit), profile.time_nanos,
                  profile.duration_nanos, profile.default_value_type ? std::to_string(*profile.default_value_type) : "none");
  text += fmt::format("drop {} keep {} url {} comments {}\n", profile.drop_frames, profile.keep_frames, profile.doc_url,
                      fmt::join(profile.comments, "|"));
  return text;
}

}  // namespace test_support
