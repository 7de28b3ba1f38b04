#include "proto/pprof/symbol_reader.h"

#include <fmt/format.h>

#include "proto/pprof/profile.pb.h"

namespace proto::pprof {
namespace {

namespace pb = gotrace_goprof::pprof;

template <class Message>
Message Parse(const RecordPlace& place, const Field& field, const char* kind, size_t number) {
  Message message;
  if (message.ParseFromArray(field.bytes.data(), static_cast<int>(field.bytes.size()))) return message;
  place.Fail(field.offset, fmt::format("{} {}", kind, number), "is no well-formed protobuf message");
}

}  // namespace

uint32_t SymbolReader::FunctionRow(uint64_t id, uint64_t byte) {
  return function_ids_.FindOrAdd({id, byte, place_.number()}, [&] { return profile_.symbols.AddFunction({}).value; });
}

uint32_t SymbolReader::MappingRow(uint64_t id, uint64_t byte) {
  return mapping_ids_.FindOrAdd({id, byte, place_.number()}, [&] { return profile_.symbols.AddMapping({}).value; });
}

void SymbolReader::WantNew(bool is_new, uint64_t id, uint64_t byte) const {
  if (id == 0) place_.Fail(byte, place_.record(), "has id 0, which means none");
  if (!is_new) place_.Fail(byte, place_.record(), fmt::format("id {} is defined twice", id));
}

void SymbolReader::ReadLocation(const Field& field) {
  place_.Enter("location");
  model::Location location;
  uint64_t id = 0, mapping_id = 0, mapping_byte = 0;
  lines_.clear();
  ByteCursor cursor(place_, field.bytes, field.offset);
  while (!cursor.AtEnd()) {
    const Field part = NextField(cursor);
    if (part.number > 5) continue;
    WantType(cursor, part, part.number == 4 ? WireType::kBytes : WireType::kVarint, "a location's field");
    if (part.number == 1) place_.Enter("location", id = part.value);
    if (part.number == 2) mapping_id = part.value, mapping_byte = part.offset;
    if (part.number == 3) location.address = part.value;
    if (part.number == 4) lines_.push_back(ReadLine(part));
    if (part.number == 5) location.is_folded = part.value != 0;
  }
  if (mapping_id != 0) location.mapping = model::MappingId(MappingRow(mapping_id, mapping_byte));
  const uint32_t row = location_ids_.FindOrAdd({id, field.offset, id}, [&] { return profile_.symbols.AddLocation().value; });
  WantNew(location_ids_.Define(row), id, field.offset);
  profile_.symbols.SetLocation(model::LocationId(row), location, lines_);
  profile_.numbers.Add(model::LocationId(row), id);
}

model::Line SymbolReader::ReadLine(const Field& field) {
  model::Line line;
  ByteCursor cursor(place_, field.bytes, field.offset);
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

void SymbolReader::ReadFunction(const Field& field) {
  place_.Enter("function", function_ids_.defined_count() + 1);
  FunctionStrings function{.byte = field.offset};
  uint64_t id = 0;
  ByteCursor cursor(place_, field.bytes, field.offset);
  while (!cursor.AtEnd()) {
    const Field part = NextField(cursor);
    if (part.number > 5) continue;
    WantType(cursor, part, WireType::kVarint, "a function's field");
    const auto value = static_cast<int64_t>(part.value);
    if (part.number == 1) place_.Enter("function", id = part.value);
    if (part.number == 2) function.name = value;
    if (part.number == 3) function.system_name = value;
    if (part.number == 4) function.file = value;
    if (part.number == 5) function.start_line = value;
  }
  function.row = model::FunctionId(FunctionRow(id, field.offset));
  WantNew(function_ids_.Define(function.row.value), id, field.offset);
  functions_.push_back(function);
}

void SymbolReader::ReadMapping(const Field& field) {
  const auto message = Parse<pb::Mapping>(place_, field, "mapping", mapping_ids_.defined_count() + 1);
  place_.Enter("mapping", message.id());
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

void SymbolReader::WantDefined(const RowIds& rows, const char* what, const char* mentioned_in) const {
  const auto mention = rows.FirstUndefined();
  if (!mention) return;
  place_.Fail(mention->byte, fmt::format("{} {}", mentioned_in, mention->record),
              fmt::format("{} id {} is not defined in this profile", what, mention->id));
}

void SymbolReader::Resolve(const FileStrings& strings) {
  WantDefined(location_ids_, "location", "sample");
  WantDefined(function_ids_, "function", "location");
  WantDefined(mapping_ids_, "mapping", "location");
  profile_.file_locations = location_ids_.defined_count();
  profile_.file_functions = function_ids_.defined_count();
  profile_.file_mappings = mapping_ids_.defined_count();
  for (const FunctionStrings& row : functions_) {
    profile_.symbols.SetFunction(row.row, {.name = strings(row.name, row.byte, "name of a function"),
                                           .system_name = strings(row.system_name, row.byte, "system name of a function"),
                                           .file = strings(row.file, row.byte, "file of a function"),
                                           .start_line = row.start_line});
  }
  for (MappingStrings& row : mappings_) {
    row.mapping.file = strings(row.file, row.byte, "file of a mapping");
    row.mapping.build_id = strings(row.build_id, row.byte, "build id of a mapping");
    profile_.symbols.SetMapping(row.row, row.mapping);
  }
}

}  // namespace proto::pprof
