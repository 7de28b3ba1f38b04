#include "model/symbols.h"

#include <algorithm>

namespace model {
namespace {

uint64_t Combine(uint64_t hash, uint64_t value) { return MixHash(hash ^ (value + 0x9e3779b97f4a7c15U)); }

uint64_t HashOf(const Function& f) {
  uint64_t hash = Combine(f.name.value, f.system_name.value);
  return Combine(Combine(hash, f.file.value), static_cast<uint64_t>(f.start_line));
}

uint64_t HashOf(const Location& location, std::span<const Line> lines) {
  uint64_t hash = Combine(location.address, location.mapping.value);
  for (const Line& line : lines) {
    hash = Combine(hash, (uint64_t{line.function.value} << 32) ^ static_cast<uint64_t>(line.line));
  }
  return hash;
}

bool Same(const Location& a, const Location& b) {
  return a.mapping == b.mapping && a.address == b.address && a.is_folded == b.is_folded;
}

}  // namespace

Symbols::Symbols() {
  mappings_.Add({});
  functions_.Add({});
}

FunctionId Symbols::InternFunction(const Function& function) {
  return FunctionId(function_index_.FindOrAdd(
      HashOf(function), [&](uint32_t row) { return functions_[FunctionId(row)] == function; },
      [&] { return functions_.Add(function).value; }));
}

LocationId Symbols::InternLocation(const Location& location, std::span<const Line> wanted) {
  return LocationId(location_index_.FindOrAdd(
      HashOf(location, wanted),
      [&](uint32_t row) {
        const LocationId id(row);
        return Same(locations_[id].where, location) && std::ranges::equal(lines(id), wanted);
      },
      [&] {
        const LocationId id = AddLocation();
        SetLocation(id, location, wanted);
        return id.value;
      }));
}

LocationId Symbols::InternFrame(std::string_view function, std::string_view file, int64_t line, uint64_t address) {
  const StringId name = InternString(function);
  const Line row{.function = InternFunction({.name = name, .file = InternString(file)}), .line = line};
  return InternLocation({.address = address}, {&row, 1});
}

void Symbols::SetLocation(LocationId id, const Location& location, std::span<const Line> lines) {
  locations_[id] = {.where = location,
                    .first_line = static_cast<uint32_t>(lines_.size()),
                    .line_count = static_cast<uint32_t>(lines.size())};
  lines_.insert(lines_.end(), lines.begin(), lines.end());
}

std::span<const Line> Symbols::lines(LocationId id) const {
  const LocationRow& row = locations_[id];
  return std::span(lines_).subspan(row.first_line, row.line_count);
}

}  // namespace model
